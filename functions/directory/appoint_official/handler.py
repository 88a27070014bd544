"""Appoint official: parse → save."""

from chalice.app import Blueprint

from functions.directory.appoint_official import store
from functions.directory.appoint_official.models import Appointment
from linli.invocations import invocation

blueprint = Blueprint(__name__)


@invocation(blueprint, Appointment)
def appoint_official(appointment: Appointment) -> Appointment:
    """A sub-district office names an official, or takes the office away."""
    return store.save(appointment)
