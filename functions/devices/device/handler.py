"""Devices: register, show, revoke; what is wrong with them."""

from chalice.app import Blueprint

from functions.devices import permissions
from functions.devices.device import store
from functions.devices.device.models import Device, DeviceFault, Registered, Registration, Revocation
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
DEVICES = "/communities/{community}/devices"
DEVICE = "/communities/{community}/devices/{device}"


@route(blueprint, "POST", DEVICES, permissions.CHANGE_DEVICES, body=Registration, status=201)
def register_device(request: Request[Registration, Nothing]) -> Registered:
    """A manager registers a device, or replaces the certificate of a revoked one."""
    return store.register(request.tenant, request.body, request.creation)


@route(blueprint, "GET", DEVICES, permissions.READ_DEVICES, query=PageQuery)
def list_devices(request: Request[Nothing, PageQuery]) -> Page[Device]:
    """The devices of a community, and whether they live."""
    return store.devices(request.tenant, request.query)


@route(blueprint, "GET", "/communities/{community}/device_faults", permissions.READ_DEVICES, query=PageQuery)
def list_device_faults(request: Request[Nothing, PageQuery]) -> Page[DeviceFault]:
    """The devices that are lost or low on battery now."""
    return store.faults(request.tenant, request.query)


@route(blueprint, "GET", DEVICE, permissions.READ_DEVICES)
def get_device(request: Request[Nothing, Nothing]) -> Device:
    """One device."""
    return store.load(request.tenant, request.path["device"])


@route(blueprint, "DELETE", DEVICE, permissions.CHANGE_DEVICES, query=Revocation)
def revoke_device(request: Request[Nothing, Revocation]) -> None:
    """A manager revokes a device: it can no longer connect, and a new key is needed to bring it back."""
    store.revoke(request.tenant, request.path["device"], request.person, request.query.reason, request.now)


@route(blueprint, "POST", DEVICE + "/renewal", permissions.CHANGE_DEVICES)
def renew_device(request: Request[Nothing, Nothing]) -> Device:
    """After an update: a device may publish what its kind may today, and all services are told of it."""
    return store.renew(request.tenant, request.path["device"], request.now)
