"""Gates: set up, show, list."""

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.gate import store
from functions.access.gate.models import GateSetUp
from functions.access.gates.models import Gate
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(blueprint, "PUT", "/communities/{community}/gates/{gate}", permissions.CHANGE_GATES, body=GateSetUp)
def set_up_gate(request: Request[GateSetUp, Nothing]) -> Gate:
    """Set up a gate, or change where it leads."""
    gate = Gate(gate=request.path["gate"], area=request.body.area, direction=request.body.direction)
    store.set_up(request.tenant, gate)
    return store.find(request.tenant, gate.gate)


@route(blueprint, "GET", "/communities/{community}/gates/{gate}", permissions.READ_GATES)
def show_gate(request: Request[Nothing, Nothing]) -> Gate:
    """One gate."""
    return store.find(request.tenant, request.path["gate"])


@route(blueprint, "GET", "/communities/{community}/gates", permissions.READ_GATES, query=PageQuery)
def list_gates(request: Request[Nothing, PageQuery]) -> Page[Gate]:
    """The community's gates."""
    return store.gates(request.tenant, request.query)
