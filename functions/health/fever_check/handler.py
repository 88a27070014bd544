"""Fever check: judge a temperature; show fevers; clear one."""

from chalice.app import Blueprint

from functions.health import permissions
from functions.health.fever_check import store
from functions.health.fever_check.models import (
    Clearance,
    DistrictEntry,
    Fever,
    TemperatureAnswer,
    TemperatureEvent,
    TemperatureTaken,
)
from linli.cursors import Page, PageQuery
from linli.device_messages import DeviceMessage
from linli.device_queues import device_queue
from linli.errors import Forbidden
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
OF_PERSON = "/communities/{community}/people/{person}/fever"


@device_queue(blueprint, TemperatureEvent, topic="fever_check", believes={"thermometer"})
def fever_check(message: DeviceMessage[TemperatureEvent]) -> TemperatureAnswer:
    """A thermometer measured somebody."""
    return _answer(message.body.event_id, store.judge(store.Reading.told(message)))


@route(
    blueprint,
    "POST",
    "/communities/{community}/temperatures",
    permissions.MEASURE_FEVER,
    body=TemperatureTaken,
    status=201,
)
def take_temperature(request: Request[TemperatureTaken, Nothing]) -> TemperatureAnswer:
    """A guard or caregiver measured somebody by hand."""
    reading = store.Reading.taken(request.tenant, request.person, request.body, request.now)
    return _answer(request.body.event_id, store.judge(reading))


@route(blueprint, "GET", "/communities/{community}/fevers", permissions.READ_FEVERS, query=PageQuery)
def list_fevers(request: Request[Nothing, PageQuery]) -> Page[Fever]:
    """The community's confirmed fevers."""
    return store.confirmed(request.tenant, request.query)


@route(blueprint, "GET", OF_PERSON, permissions.READ_OWN_FEVER)
def show_fever(request: Request[Nothing, Nothing]) -> Fever:
    """One's own fever, or anybody's for those who look after them."""
    themself = request.path["person"] == request.person
    if not themself and not request.may(permissions.READ_FEVERS):
        raise Forbidden
    return store.find(request.tenant, request.path["person"], themself=themself)


@route(blueprint, "POST", OF_PERSON + "/clearance", permissions.CLEAR_FEVER, body=Clearance)
def clear_fever(request: Request[Clearance, Nothing]) -> Fever:
    """Lift a confirmed fever, and with it the block on the person's credentials."""
    return store.clear(request.tenant, request.path["person"], request.person, request.creation)


@route(
    blueprint,
    "GET",
    "/sub_districts/{sub_district}/fevers",
    permissions.READ_DISTRICT_FEVERS,
    query=PageQuery,
)
def list_district_fevers(request: Request[Nothing, PageQuery]) -> Page[DistrictEntry]:
    """What was confirmed and cleared in the sub-district."""
    return store.of_district(request.tenant, request.query, request.now)


def _answer(event_id: str, judged: store.ReadingRow) -> TemperatureAnswer:
    return TemperatureAnswer(
        event_id=event_id,
        outcome=judged.verdict,
        reason=judged.reason,
        retest_from=judged.retest_from,
        retest_until=judged.retest_until,
        clock_off=judged.clock_off,
        id_reused=judged.id_reused,
    )
