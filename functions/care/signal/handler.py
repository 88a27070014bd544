"""Signal: a sensor speaks → the deadlines of those it serves move."""

from chalice.app import Blueprint

from functions.care.signal import store
from functions.care.signal.domain import sign_of
from functions.care.signals import SENT_BY, Signal
from linli.device_messages import DeviceAnswer, DeviceMessage
from linli.naming import reference
from linli.queues import device_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("SignalArn"), batch_size=10, name="signal")
@device_queue(Signal, believes={topic: kinds for topic, kinds in SENT_BY.items() if topic != "call_button"})
def signal(message: DeviceMessage[Signal]) -> DeviceAnswer:
    """A sensor, or a gateway for a sensor behind it, tells of somebody."""
    sensor, sign = sign_of(message)
    outcome = store.take_in(message.community, sensor, message.device, sign)
    return DeviceAnswer(event_id=message.body.event_id, outcome=outcome)
