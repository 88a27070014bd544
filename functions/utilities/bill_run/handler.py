"""Bill runs: start, go on, show; bills: list."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.bill_run import store
from functions.utilities.bill_run.models import BillsAsked, Check, Run, RunAsked, Step
from functions.utilities.bills.models import Bill, Gap
from functions.utilities.bills.store import issue
from linli.cursors import Page, PageQuery
from linli.errors import InvalidRequest
from linli.http import Nothing, Request, route
from linli.queues import Delivery, task_queue
from linli.triggers import Cron

blueprint = Blueprint(__name__)
ON_THE_THIRD = Cron("0 2 3 * ? *", "Bills of the month before, on the third of each month at 02:00 UTC")
RUNS = "/communities/{community}/bill_runs"


@task_queue(blueprint, Step, timeout_s=60, cron=ON_THE_THIRD)
def bill_run(step: Step, _: Delivery) -> str:
    """A step of billing."""
    match step:
        case Step(scheduled_at=at) if at is not None:
            store.start_all(at)
            return "started"
        case Step(community=community, period=period, homes=None) if community and period:
            store.divide(community, period)
            return "divided"
        case Step(community=community, period=period, homes=homes) if community and period and homes:
            return "issued" if issue(community, period, homes) else "duplicate"
    raise InvalidRequest("step_of_what")


@route(blueprint, "POST", RUNS, permissions.RUN_BILLS, body=RunAsked, status=201)
def start_bill_run(request: Request[RunAsked, Nothing]) -> Run | Check:
    """Bill a month that is over; again goes on with what is left of it. Or check what it would leave out."""
    if request.body.check:
        return store.check(request.tenant, request.body, request.now)
    return store.start(request.tenant, request.body.period, request.now)


@route(blueprint, "GET", RUNS + "/{period}", permissions.RUN_BILLS)
def show_bill_run(request: Request[Nothing, Nothing]) -> Run:
    """How far a run is."""
    return store.find(request.tenant, request.path["period"])


@route(blueprint, "GET", RUNS + "/{period}/gaps", permissions.RUN_BILLS, query=PageQuery)
def list_gaps(request: Request[Nothing, PageQuery]) -> Page[Gap]:
    """What a run could not bill, and why: readings and tariffs that lack, days that are held, estimates."""
    return store.gaps(request.tenant, request.path["period"], request.query)


@route(blueprint, "GET", "/communities/{community}/bills", permissions.READ_BILLS, query=BillsAsked)
def list_bills(request: Request[Nothing, BillsAsked]) -> Page[Bill]:
    """One's own home's bills, or a month's bills of all homes for those who run the community."""
    may = request.may(permissions.READ_ALL_BILLS)
    return store.bills(request.tenant, request.person, request.query, all_of_them=may)
