"""Deliveries: take a fact in → who is to be told; list them, send one again."""

from chalice.app import Blueprint

from functions.insight import permissions
from functions.insight.delivery import store
from functions.insight.delivery.models import DeliveriesAsked
from functions.insight.subscriptions.models import Delivery
from linli.http import Nothing, Request, route
from linli.pages import Page
from linli.queues import Received, bus_queue
from linli.vocabulary.access import GateAlarmEnded, GateAlarmRaised
from linli.vocabulary.care import AlertChanged, AlertClosed, AlertOpened
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import MembershipChanged, PlaceChanged
from linli.vocabulary.insight import SubscriptionPaused, SubscriptionTested
from linli.vocabulary.maintenance import TicketChanged, TicketClockBreached
from linli.vocabulary.payments import PaymentRefunded, PaymentSettled, RefundStuck
from linli.vocabulary.utilities import BillIssued, MeterSignalEnded, MeterSignalRaised

blueprint = Blueprint(__name__)
OF_SUBSCRIPTION = "/communities/{community}/subscriptions/{subscription}/deliveries"
Alerts = AlertOpened | AlertChanged | AlertClosed
Devices = DeviceRegistered | DeviceRevoked | DeviceFaultRaised | DeviceFaultCleared
Tickets = TicketChanged | TicketClockBreached
Money = PaymentSettled | PaymentRefunded | RefundStuck | BillIssued
Meters = MeterSignalRaised | MeterSignalEnded
Gates = GateAlarmRaised | GateAlarmEnded
Places = MembershipChanged | PlaceChanged
Told = Gates | Alerts | Devices | Tickets | Money | Meters | Places | SubscriptionTested | SubscriptionPaused


@bus_queue(blueprint, tries=10)
def delivery(received: Received[Told]) -> str:
    """Something happened that others may be told."""
    fact, now = received.fact, received.delivery.first_at
    if isinstance(fact, MembershipChanged):
        store.keep_standing(fact, now)
    outcome = store.take_in(received.event, fact, now)
    if isinstance(fact, SubscriptionPaused):
        store.tell_maker(fact)
    return outcome


@route(blueprint, "GET", OF_SUBSCRIPTION, permissions.READ_SUBSCRIPTIONS, query=DeliveriesAsked)
def list_deliveries(request: Request[Nothing, DeliveriesAsked]) -> Page[Delivery]:
    """What was and is to be told to a subscription, the newest first, and how it went."""
    return store.deliveries(request.tenant, request.path["subscription"], request.query)


@route(
    blueprint, "POST", OF_SUBSCRIPTION + "/{delivery}/retrials", permissions.CHANGE_SUBSCRIPTIONS, status=202
)
def send_again(request: Request[Nothing, Nothing]) -> Delivery:
    """Send a delivery once more, under the name that it has, with as many tries as the first time."""
    path = request.path
    return store.send_again(request.tenant, path["subscription"], path["delivery"], request.now)
