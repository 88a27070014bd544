"""Meter reading: parse → enter → answer."""

from chalice.app import Blueprint

from functions.utilities.intake.models import Batch, Offered
from functions.utilities.intake.store import take
from functions.utilities.meter_reading.domain import answered, why_parked
from functions.utilities.meter_reading.models import MeterReadingAnswer, MeterReadingEvent, ReadingSent
from linli.device_messages import DeviceMessage
from linli.device_queues import device_queue
from linli.errors import InvalidRequest
from linli.mqtt import Parked

blueprint = Blueprint(__name__)


@device_queue(
    blueprint, MeterReadingEvent, topic="meter_reading", believes={"meter", "gateway"}, timeout_s=120
)
def meter_reading(message: DeviceMessage[MeterReadingEvent]) -> MeterReadingAnswer | Parked:
    """A meter, or a concentrator of several, tells what its dials show."""
    sent = message.body.sent
    offered = [_offered(each.reading, message.device) for each in sent if each.reading is not None]
    batch = Batch(
        message.community, offered, message.correlation_id, message.received_at, sender=message.device
    )
    entered = iter(take(batch))
    outcomes = [each.malformed or next(entered) for each in sent]
    answer = answered(message.body.event_id, outcomes)
    why = why_parked(answer, len(outcomes))
    wholly = len(answer.refused) == len(outcomes)
    return Parked(answer, InvalidRequest("readings_refused", why), wholly=wholly) if why else answer


def _offered(sent: ReadingSent, device: str) -> Offered:
    return Offered(sent.meter or device, sent.obis, sent.measured_at, sent.value, sent.estimated)
