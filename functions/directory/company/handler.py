"""Company: load → show."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.company import store
from functions.directory.company.models import CommunityOfCompany, Company
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/companies/{company}", permissions.READ_COMPANY)
def get_company(request: Request[Nothing, Nothing]) -> Company:
    """The company an operator works for."""
    return store.load(request.tenant)


@route(blueprint, "GET", "/companies/{company}/communities", permissions.READ_COMPANY, query=PageQuery)
def list_communities(request: Request[Nothing, PageQuery]) -> Page[CommunityOfCompany]:
    """The communities the company runs."""
    return store.communities(request.tenant, request.query)
