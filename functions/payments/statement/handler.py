"""Statements: every day → what differs from our books; discrepancies: list."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.statement import store
from functions.payments.statement.models import Step
from functions.payments.statements.discrepancies import Discrepancy
from linli.cursors import Page, PageQuery
from linli.errors import InvalidRequest
from linli.http import Nothing, Request, route
from linli.naming import reference
from linli.queues import Delivery, task_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("StatementArn"), batch_size=1, name="statement")
@task_queue(Step)
def statement(step: Step, delivery: Delivery) -> str:
    """A step of the daily round."""
    match step:
        case Step(scheduled_at=at) if at is not None:
            store.start_all(at)
            return "started"
        case Step(community=community, provider=provider, day=day) if community and provider and day:
            return store.compare(community, provider, day, delivery.first_at)
    raise InvalidRequest("a step names a time, or a community, a provider and a day")


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
