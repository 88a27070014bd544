"""The board: take a fact in → what it says of which thing; show what is open now."""

from chalice.app import Blueprint

from functions.insight import permissions
from functions.insight.board import store as board
from functions.insight.now_board import store
from functions.insight.now_board.domain import Told, words_of
from functions.insight.now_board.models import CompanyNow, NowBoard, NowQuery
from linli.http import Nothing, Request, route
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import CommunityChanged

blueprint = Blueprint(__name__)


@bus_queue(blueprint, tries=10)
def now_board(received: Received[Told | CommunityChanged]) -> str:
    """Something began, went on or ended, or a community has another company."""
    # no word is newer than its arrival
    fact, told_at = received.fact, min(received.event.time, received.delivery.sent_at)
    if isinstance(fact, CommunityChanged):
        return store.keep_belonging(fact)
    outcome = "not_of_now"
    for thing, word in words_of(fact, told_at).items():
        outcome = board.hear(fact.community, thing, word)
    return outcome


@route(blueprint, "GET", "/communities/{community}/now", permissions.READ_NOW, query=NowQuery)
def show_now(request: Request[Nothing, NowQuery]) -> NowBoard:
    """What is open in a community now, the most severe first, and as of when."""
    sums = store.sums(request.tenant)
    request.unless_held(sums.tag, sums.as_of)
    return store.with_items(sums, request.query.limit)


@route(blueprint, "GET", "/companies/{company}/now", permissions.READ_COMPANY_NOW, query=NowQuery)
def show_company_now(request: Request[Nothing, NowQuery]) -> CompanyNow:
    """In which of a company's communities something is open now, and what is the most urgent of each."""
    return store.of_company(request.tenant, request.query.limit)
