"""Remote open: keep it with its reason → tell the gate."""

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.remote_open import store
from functions.access.remote_open.models import Opening, OpeningWanted
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(
    blueprint,
    "POST",
    "/communities/{community}/gates/{gate}/openings",
    permissions.OPEN_REMOTELY,
    body=OpeningWanted,
    status=201,
)
def open_remotely(request: Request[OpeningWanted, Nothing]) -> Opening:
    """Open a gate from afar."""
    asked = store.Asked(request.person, request.body.reason, request.creation)
    return store.open_gate(request.tenant, request.path["gate"], asked)
