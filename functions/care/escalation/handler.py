"""Escalation: what is due → the next step, kept and then called out."""

from chalice.app import Blueprint

from functions.care.escalation import store
from linli.escalation.tasks import DueTask
from linli.queues import Delivery, task_queue

blueprint = Blueprint(__name__)


@task_queue(blueprint, DueTask, timeout_s=120)
def escalation(task: DueTask, delivery: Delivery) -> str:
    """Some alerts, messages, duties or visits were due."""
    now = task.time(delivery)
    return store.carry_out(task.model_copy(update={"at": now})) if now else "late"
