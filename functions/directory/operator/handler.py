"""Operators: add, remove, list."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.operator import store
from functions.directory.operator.models import Operator
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
OPERATORS = "/companies/{company}/operators"
OPERATOR = "/companies/{company}/operators/{person}"


@route(blueprint, "PUT", OPERATOR, permissions.CHANGE_OPERATORS)
def put_operator(request: Request[Nothing, Nothing]) -> Operator:
    """An operator makes another person one."""
    return store.add(request.tenant, request.path["person"])


@route(blueprint, "DELETE", OPERATOR, permissions.CHANGE_OPERATORS)
def delete_operator(request: Request[Nothing, Nothing]) -> None:
    """An operator ends another's, or their own, as long as one is left."""
    store.remove(request.tenant, request.path["person"])


@route(blueprint, "GET", OPERATORS, permissions.READ_COMPANY, query=PageQuery)
def list_operators(request: Request[Nothing, PageQuery]) -> Page[Operator]:
    """Who operates the company."""
    return store.operators(request.tenant, request.query)
