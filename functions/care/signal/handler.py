"""Signal: a sensor speaks → the deadlines of those it serves move."""

from chalice.app import Blueprint

from functions.care.signal import store
from functions.care.signal.domain import sign_of
from functions.care.signal.models import SignalAnswer
from functions.care.watching.signals import SENT_BY, Signal
from linli.device_messages import DeviceMessage
from linli.device_queues import device_queue
from linli.identities import Identity

blueprint = Blueprint(__name__)


@device_queue(
    blueprint, Signal, believes={topic: kinds for topic, kinds in SENT_BY.items() if topic != "call_button"}
)
def signal(message: DeviceMessage[Signal]) -> SignalAnswer:
    """A sensor, or a gateway for a sensor behind it, tells of somebody."""
    sensor, sign = sign_of(message, Identity.of(message.correlation_id, message.body).other)
    heard = store.take_in(message.community, sensor, message.device, sign)
    return SignalAnswer(
        event_id=message.body.event_id,
        outcome=heard.outcome,
        id_reused=heard.id_reused,
        clock_off=bool(sign.clock),
    )
