"""Payment callback: verify → store → settle → answer."""

from chalice.app import Blueprint

from functions.payments.callbacks import store as callbacks
from functions.payments.callbacks.models import Stored
from functions.payments.providers.protocol.models import Delivery
from functions.payments.providers.registry import PROVIDERS
from linli.errors import LinliError, NotFound
from linli.ids import is_id
from linli.public_routes import Call, Reply, public_route

blueprint = Blueprint(__name__)
CALLER = "a payment provider, by its signature over what it sends"


def _received(call: Call) -> Stored:
    community, provider = call.parameters["community"], call.parameters["provider"]
    if not is_id(community) or provider not in PROVIDERS:
        raise NotFound
    return callbacks.receive(community, provider, Delivery(call.headers, call.body, call.now))


def _answer(call: Call, error: LinliError | None, outcome: str = "ok") -> Reply:
    """What the provider is told, in its own form: anything but its word for yes makes it come again."""
    name = call.parameters["provider"]
    module = next((module for provider, module in PROVIDERS.items() if provider == name), None)
    if module is None:
        return Reply("", "text/plain", NotFound.status.value)
    told = module.reply(error)
    return Reply(told.body, told.content_type, told.status, outcome)


def _refuse(call: Call, error: LinliError) -> Reply:
    return _answer(call, error)


@public_route(
    blueprint, "POST", "/callbacks/{provider}/{community}", caller=CALLER, verify=_received, refuse=_refuse
)
def take_callback(call: Call, stored: Stored) -> Reply:
    """What a provider has to say of an order."""
    return _answer(call, None, callbacks.take_effect(stored, call.now))
