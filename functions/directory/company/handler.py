"""Company: load → show."""

from chalice.app import Blueprint

from functions.directory.company import store
from functions.directory.company.models import CommunityOfCompany, Company
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.permissions import Permission

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/companies/{company}", Permission.READ_COMPANY)
def get_company(request: Request[Nothing, Nothing]) -> Company:
    """The company an operator works for."""
    return store.load(request.tenant)


@route(blueprint, "GET", "/companies/{company}/communities", Permission.READ_COMPANY, query=PageQuery)
def list_communities(request: Request[Nothing, PageQuery]) -> Page[CommunityOfCompany]:
    """The communities the company runs."""
    return store.communities(request.tenant, request.query)
