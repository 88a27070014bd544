"""Escalation: what is due → the next step, kept and then called out."""

from chalice.app import Blueprint

from functions.care.escalation import store
from functions.care.tasks import DueTask
from linli.naming import reference
from linli.queues import task_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("EscalationArn"), batch_size=1, name="escalation")
@task_queue(DueTask)
def escalation(task: DueTask) -> str:
    """Some alerts, messages, duties or visits were due."""
    return store.settle(task)
