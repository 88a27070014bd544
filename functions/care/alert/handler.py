"""Alerts: list, show, timeline, answer."""

from typing import Any

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.alert import store
from functions.care.alert.models import AlertQuery, AlertShown, Line
from functions.care.calling.alerts import Answer
from functions.care.timeline.models import Capacity
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.permissions import Role

blueprint = Blueprint(__name__)
ALERTS = "/communities/{community}/alerts"
ONE = ALERTS + "/{alert}"
STAFF: dict[Role, Capacity] = {Role.MANAGER: "manager", Role.CAREGIVER: "caregiver"}


def _asker(request: Request[Any, Any]) -> store.Asker:
    staff = (capacity for role, capacity in STAFF.items() if role in request.roles)
    return store.Asker(request.person, next(staff, None))


@route(blueprint, "GET", ALERTS, permissions.READ_ALERTS, query=AlertQuery)
def list_alerts(request: Request[Nothing, AlertQuery]) -> Page[AlertShown]:
    """The community's alerts, those nobody has answered first."""
    return store.listed(request.tenant, request.query.shelf, request.query)


@route(blueprint, "GET", ONE, permissions.ANSWER_ALERTS)
def show_alert(request: Request[Nothing, Nothing]) -> AlertShown:
    """An alert, with what the caller may do about it."""
    return store.find(request.tenant, request.path["alert"], _asker(request))


@route(blueprint, "POST", ONE + "/answers", permissions.ANSWER_ALERTS, body=Answer)
def answer_alert(request: Request[Answer, Nothing]) -> AlertShown:
    """Acknowledge, snooze, confirm or resolve; what its state does not allow is 409 with what it does."""
    alert = request.path["alert"]
    return store.answer(request.tenant, alert, _asker(request), request.body, request.creation)


@route(
    blueprint,
    "GET",
    "/communities/{community}/watches/{person}/timeline",
    permissions.READ_ALERTS,
    query=PageQuery,
)
def show_alert_timeline(request: Request[Nothing, PageQuery]) -> Page[Line]:
    """What happened to a person: alerts, calls, visits, duties, to the second, the newest first."""
    return store.timeline(request.tenant, request.path["person"], request.query)
