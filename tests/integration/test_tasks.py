"""Tasks that a service leaves in its own queues, for an action of its own."""

from linli.aws import client
from linli.contracts import Contract
from linli.tasks import leave
from tests.integration.conftest import STAGE, Service


class Errand(Contract):
    """Something to do."""

    what: str
    where: str | None = None


def test_tasks_are_left_in_order_in_the_queue_of_the_action(service: Service) -> None:
    service("utilities")

    leave("bill_run", [Errand(what=what) for what in ("first", "second")])

    queue = client("sqs").get_queue_url(QueueName=f"linli-{STAGE}-utilities-bill-run")["QueueUrl"]
    received = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in received] == ['{"what":"first"}', '{"what":"second"}']
