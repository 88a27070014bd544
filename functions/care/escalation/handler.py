"""Escalation: what is due → the next step, kept and then called out."""

from chalice.app import Blueprint

from functions.care.escalation import store
from functions.care.sweeping.tasks import DueTask
from linli.naming import reference
from linli.queues import Delivery, task_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("EscalationArn"), batch_size=1, name="escalation")
@task_queue(DueTask)
def escalation(task: DueTask, delivery: Delivery) -> str:
    """Some alerts, messages, duties or visits were due."""
    now = task.time(delivery)
    return store.carry_out(task.model_copy(update={"at": now})) if now else "late"
