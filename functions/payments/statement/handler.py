"""Statements: every day → what differs from our books; discrepancies: list."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.statement import store
from functions.payments.statement.models import Step
from functions.payments.statements.discrepancies import Discrepancy
from linli.cursors import Page, PageQuery
from linli.errors import InvalidRequest
from linli.http import Nothing, Request, route
from linli.queues import Delivery, task_queue
from linli.triggers import Cron

blueprint = Blueprint(__name__)
AT_NOON = Cron(
    "0 4 * * ? *",
    "Statements of the last days that have not agreed, at noon of China, when both providers have them",
)


@task_queue(blueprint, Step, timeout_s=300, cron=AT_NOON)
def statement(step: Step, delivery: Delivery) -> str:
    """A step of the daily round."""
    match step:
        case Step(scheduled_at=at) if at is not None:
            store.start_all(at)
            return "started"
        case Step(community=community, provider=provider, day=day) if community and provider and day:
            return store.compare(community, provider, day, delivery.first_at)
    raise InvalidRequest("statement_step")


@route(
    blueprint,
    "GET",
    "/communities/{community}/discrepancies",
    permissions.READ_DISCREPANCIES,
    query=PageQuery,
)
def list_discrepancies(request: Request[Nothing, PageQuery]) -> Page[Discrepancy]:
    """Where a provider's statement and our books differ."""
    return store.discrepancies(request.tenant, request.query)
