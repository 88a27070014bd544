"""Check-in: "I am well" → the deadline moves."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.check_in.models import CheckedIn, CheckIn
from functions.care.intake.signs import store as signs
from functions.care.watching import store as watching
from functions.care.watching.signals import Sign
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(
    blueprint, "POST", "/communities/{community}/check_ins", permissions.CHECK_IN, body=CheckIn, status=201
)
def check_in(request: Request[CheckIn, Nothing]) -> CheckedIn:
    """Say that one is well; 404 for somebody whom nobody watches over."""
    key = f"{request.person}:{request.body.event_id}"
    sign = Sign(kind="app_check_in", at=request.now, key=key, dated_by_us=True)
    outcome = signs.take_in(request.tenant, request.person, sign).outcome
    return CheckedIn(outcome=outcome, due_at=watching.load(request.tenant, request.person).due_at)
