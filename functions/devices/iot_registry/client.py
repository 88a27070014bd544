"""Devices as AWS IoT knows them: a thing, its community as an attribute, its certificates."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from linli.aws import answering, client
from linli.errors import InvalidRequest
from linli.naming import stage


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that IoT signed."""

    arn: str
    pem: str

    @property
    def id(self) -> str:
        """IoT's id of it."""
        return _id(self.arn)


def endpoint() -> str:
    """The host that devices speak MQTT with."""
    with _answering() as iot:
        address: str = iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    return address.partition(":")[0]


def admit(device: str, community: str, kind: str, csr: str) -> Certificate:
    """Have the device's own key certified for this device of this community; `activate` lets it connect.

    It may publish what devices of its kind are believed.

    Raises InvalidRequest when IoT does not accept the signing request, Unavailable when it does not answer.
    """
    with _answering() as iot:
        _name(iot, device, community)
        try:
            made = iot.create_certificate_from_csr(certificateSigningRequest=csr)
        except iot.exceptions.InvalidRequestException as error:
            raise InvalidRequest("csr_not_accepted") from error
        certificate = Certificate(made["certificateArn"], made["certificatePem"])
        iot.attach_policy(policyName=_policy(kind), target=certificate.arn)
        iot.attach_thing_principal(thingName=device, principal=certificate.arn)
    return certificate


def activate(device: str, certificate: Certificate) -> None:
    """Let the device connect with this certificate and no other; may be repeated. Raises Unavailable."""
    with _answering() as iot:
        iot.update_certificate(certificateId=certificate.id, newStatus="ACTIVE")
    revoke(device, lambda arn: arn != certificate.arn)


def renew(device: str, kind: str) -> None:
    """Give a device's certificates the policy of its kind instead of the one of all; may be repeated.

    Raises Unavailable.
    """
    with _answering() as iot:
        for arn in iot.list_thing_principals(thingName=device)["principals"]:
            iot.attach_policy(policyName=_policy(kind), target=arn)
            with suppress(iot.exceptions.ResourceNotFoundException):
                iot.detach_policy(policyName=f"linli-{stage()}-device", target=arn)


def certificate(arn: str) -> Certificate:
    """A certificate made earlier. Raises Unavailable."""
    with _answering() as iot:
        found = iot.describe_certificate(certificateId=_id(arn))["certificateDescription"]
    return Certificate(found["certificateArn"], found["certificatePem"])


def revoke(device: str, which: Callable[[str], bool] = lambda _: True) -> None:
    """End the certificates of a device whose ARN is one of `which`; may be repeated. Raises Unavailable."""
    with _answering() as iot:
        try:
            principals = iot.list_thing_principals(thingName=device)["principals"]
        except iot.exceptions.ResourceNotFoundException:
            return
        for arn in filter(which, principals):
            with suppress(iot.exceptions.ResourceNotFoundException):  # another who ends it was faster
                iot.update_certificate(certificateId=_id(arn), newStatus="INACTIVE")
                iot.detach_thing_principal(thingName=device, principal=arn)


def _policy(kind: str) -> str:
    return f"linli-{stage()}-device-{kind}"


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]


def _name(iot: Any, device: str, community: str) -> None:
    attributes = {"attributes": {"community": community}}
    try:
        iot.create_thing(thingName=device, attributePayload=attributes)
    except iot.exceptions.ResourceAlreadyExistsException:
        iot.update_thing(thingName=device, attributePayload=attributes)


@contextmanager
def _answering() -> Iterator[Any]:
    with answering():
        yield client("iot")
