"""The neighbourhood that tests and samples live in: two companies, three communities."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from functions.directory.policies import CommunityPolicies
from functions.payments.books.rows import IntentRow
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from linli.aws import client, of_botocore
from linli.events import Fact
from linli.registered import RegisteredRow
from linli.vocabulary.devices import EVERY_KIND, DeviceRegistered
from linli.vocabulary.directory import CommunityChanged, MembershipChanged
from linli.vocabulary.utilities import BillIssued
from tests.integration.conftest import STAGE, Http, Invoke, Service
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.people import ACME, BIRCH, WILLOW_MANAGER
from tests.unit.payments import an_order, shop

ALWAYS = {"valid_from": "2026-01-01T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z"}
COMMUNITIES = {"willow": ("acme", ACME), "cedar": ("acme", ACME), "maple": ("birch", BIRCH)}
ROLES = ("resident", "guard", "repairer", "caregiver", "manager")


# What stands in willow, by kind: one of each, unless it is called otherwise or there are more; maple's call
# button.
DEVICES: dict[str, list[str]] = {
    kind: [f"willow-{kind.replace('_', '-')}-1"] for kind in sorted(EVERY_KIND)
} | {
    "gate": ["willow-gate-1", "willow-gate-2"],
    "infrared": ["willow-motion-1", "willow-motion-2", "willow-motion-9"],
    "door_magnet": ["willow-door-1", "willow-door-9"],
    "sos_button": ["willow-button-1", "willow-button-9", "maple-button-1"],
    "gateway": ["willow-hub-1"],
}


BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def know_devices() -> None:
    """Let the service that was entered last know them, as if the registry had told it, in one write."""
    with RegisteredRow.batch_write() as rows:
        for kind, devices in DEVICES.items():
            for device in devices:
                key = RegisteredRow.key(device.partition("-")[0], device)
                rows.save(RegisteredRow(*key, device_kind=kind, revoked=False, version=2, told_at=BEGUN))


def tell(app: Chalice, invoke: Invoke, action: str, *facts: Fact) -> None:
    """Let a consumer of facts take these in."""
    for first in range(0, len(facts), 10):
        messages = [told(fact, str(number)) for number, fact in enumerate(facts[first : first + 10], first)]
        assert invoke(app, action, batch(*messages))["batchItemFailures"] == []


def csr(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None) -> str:
    """A device's certificate signing request, with a key of its own unless one is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "device")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def furnish_directory(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Companies, communities, one building each, and one person per role in each."""
    for company in ("acme", "birch"):
        request = {"company": company, "name": company.title(), "operator": f"{company}-operator-1"}
        assert "status" not in invoke(app, "onboard", request)
    invoke(app, "appoint_official", {"sub_district": "riverside", "person": "riverside-official-1"})
    for community, (company, asker) in COMMUNITIES.items():
        body = {
            "community": community,
            "name": community.title(),
            "time_zone": "Asia/Shanghai",
            "sub_district": "riverside",
        }
        assert http(app, "POST", f"/companies/{company}/communities", body=body, **asker).status == 201
        at = f"/communities/{community}"
        building, unit = {"building": "b1", "name": "Building 1"}, {"unit": "101", "area_m2": "89.50"}
        assert http(app, "POST", f"{at}/buildings", body=building, **asker).status == 201
        assert http(app, "POST", f"{at}/buildings/b1/units", body=unit, **asker).status == 201
        for number, role in enumerate(ROLES):
            person = f"{community}-{role}-1"
            record = {"name": f"{role} of {community}", "phone": f"+86138000000{number:02}"}
            assert http(app, "PUT", f"{at}/people/{person}", body=record, **asker).status == 200
            given = {"roles": [role]}
            assert http(app, "PUT", f"{at}/memberships/{person}", body=given, **asker).status == 200


def furnish_devices(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Willow's policies; a gate in willow, and one in maple."""
    assert invoke(app, "community", batch(told(willow(), "1")))
    for community, asker in (("willow", WILLOW_MANAGER), ("maple", BIRCH)):
        body = {"device": f"{community}-gate-1", "kind": "gate", "csr": csr()}
        assert http(app, "POST", f"/communities/{community}/devices", body=body, **asker).status == 201


def furnish_access(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Willow as access knows it: its policies, two gates, five residents with a card each."""
    people = [f"willow-resident-{number}" for number in range(1, 6)]
    facts: list[Fact] = [
        willow(),
        *(
            MembershipChanged(community="willow", person=each, roles=["resident"], version=1)
            for each in people
        ),
        *(DeviceRegistered(community="willow", device=f"willow-gate-{n}", kind="gate") for n in (1, 2)),
    ]
    tell(app, invoke, "standing", *facts)
    know_devices()
    for gate, direction in (("willow-gate-1", "in"), ("willow-gate-2", "out")):
        body: dict[str, Any] = {"area": "garden", "direction": direction}
        path = f"/communities/willow/gates/{gate}"
        assert http(app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200
    for person in people:
        body = {"kind": "card", "value": f"{person}-card"} | ALWAYS
        path = f"/communities/willow/people/{person}/credentials"
        assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 201


def furnish_health(app: Chalice, _http: Http, invoke: Invoke) -> None:
    """Willow's policies and devices as health knows them."""
    tell(app, invoke, "community", willow())
    know_devices()


METER: dict[str, Any] = {
    "meter": "willow-meter-1",
    "medium": "water",
    "registers": [{"obis": "8-0:1.0.0"}],
    "home": "b1/101",
    "installed_at": "2025-01-01T00:00:00Z",
}


def working_utilities(
    service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> Chalice:
    """The furnished service, whose devices listen and whose uploads go nowhere."""
    app = service("utilities")
    monkeypatch.setenv("LINLI_UPLOADS_BUCKET", "")
    furnish_utilities(app, http, invoke)
    monkeypatch.setattr(client("iot-data"), "publish", lambda **_: None)
    return app


def furnish_utilities(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Willow's policies, its first resident at home, and a water meter there."""
    os.environ["LINLI_UPLOADS_BUCKET"] = "linli-test-utilities-uploads-123456789012-eu-west-1"
    person = {"community": "willow", "person": "willow-resident-1", "roles": ["resident"], "home": "b1/101"}
    tell(app, invoke, "community", willow())
    know_devices()
    tell(app, invoke, "household", MembershipChanged(**person, version=1))
    assert http(app, "POST", "/communities/willow/meters", body=METER, **WILLOW_MANAGER).status == 201


REPAIRERS = {
    "willow-repairer-1": ["plumbing", "electronics"],
    "willow-repairer-2": ["plumbing", "electrical"],
    "willow-repairer-3": ["plumbing", "building"],
}


def furnish_maintenance(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Willow as maintenance knows it: its policies, three repairers who can all mend a tap, its bucket."""
    os.environ["LINLI_PHOTO_BUCKET"] = "linli-test-maintenance-photos-123456789012"
    facts: list[Fact] = [
        willow(),
        *(
            MembershipChanged(community="willow", person=each, roles=["repairer"], version=1)
            for each in REPAIRERS
        ),
    ]
    assert invoke(app, "community", batch(*(told(fact, str(n)) for n, fact in enumerate(facts))))
    for person, skills in REPAIRERS.items():
        body = {"skills": skills, "building": "b1"}
        path = f"/communities/willow/repairers/{person}"
        assert http(app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200


GRANNY: dict[str, Any] = {
    "home": "b1/101",
    "consent": "file 2026-17",
    "phone": "+8613800000001",
    "sensors": [
        {"device": "willow-motion-1", "kind": "motion"},
        {"device": "willow-door-1", "kind": "door"},
        {"device": "willow-bed-1", "kind": "bed", "gateway": "willow-hub-1"},
    ],
    "contacts": [{"name": "Her daughter", "phone": "+8613800000002", "person": "willow-family-1"}],
    "caregiver": {"name": "Caregiver Wu", "person": "willow-caregiver-1"},
    "family": ["willow-family-1"],
}


# Gateways that nobody answers at; their replies are signed with this secret.
DEAF = {"url": "http://127.0.0.1:9/", "secrets": ["whsec_dGhlIG1lc3NhZ2UgZ2F0ZXdheXMgb2Ygd2lsbG93"]}
NO_GATEWAY = {"push": DEAF, "sms": DEAF, "voice": DEAF}


def furnish_care(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Willow's policies, its staff, and its first resident, who lives alone and is watched over since ten
    hours.
    """
    staff = [
        MembershipChanged(community="willow", person=f"willow-{role}-{number}", roles=[role], version=1)
        for role in ("manager", "caregiver")
        for number in (1, 2)
    ]
    tell(app, invoke, "community", willow(), *staff)
    know_devices()
    path, begun = "/communities/willow/watches/willow-resident-1", NOW - timedelta(hours=10)
    assert http(app, "PUT", path, body=GRANNY, now=begun, **WILLOW_MANAGER).status == 200
    with suppress(of_botocore("secretsmanager").exceptions.ResourceExistsException):
        name = "linli/test/channels/willow"
        of_botocore("secretsmanager").create_secret(Name=name, SecretString=json.dumps(NO_GATEWAY))


# Its private key signed the samples of payment_callback, and was thrown away.
SAMPLE_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAz1aAIT+44ENE9h7M/EvV
g1ovl+92Z6pTSCdWnqEuiMT+rICXBZQ3pPNWjrqVsBpAIxSCGaVCGNTUpiQhGptR
LopSLMtSJDd8KB1/h7ybul+uqCJhr6NDfqM6PYNsw7G4+I4aekSK7tZwDZR4vaxM
RjtZTdP6jKhIliutld95rQJViQbqk6oPgcXZAlboAyEuIAWKLtBr8vkSDg7KWHlM
heX0on4fSs7XxGZ/g4NvQ4Jyx9swiRjlvK9kk2Dp3PPEq4u1jryxajBvGuUTeYgm
9HqWyIfH8HfhMMquwrNRundj/XT8otby9mweaWN5YHlRbnL2znl8QJWFFoNQjr6E
MwIDAQAB
-----END PUBLIC KEY-----
"""
SAMPLE_BILL, SAMPLE_INTENT = "willow-101-2025-12", "01kdxh2b3c4d5e6f7g8h9jkmnp"


def keep_merchant(merchant: Merchant) -> None:
    """Both secrets of a merchant."""
    name = f"{merchant.community}/{merchant.provider}"
    texts = {"merchants": merchant.model_dump_json(), "signing-keys": shop.key("ours")}
    for kind, text in texts.items():
        of_botocore("secretsmanager").create_secret(Name=f"linli/{STAGE}/{kind}/{name}", SecretString=text)


def furnish_payments(app: Chalice, _http: Http, invoke: Invoke) -> None:
    """Willow as payments knows it: both merchants, a resident, a bill of theirs, and its order at Alipay."""
    merchants._refreshed_at.clear()
    for merchant in (shop.alipay().model_copy(update={"provider_keys": {"1": SAMPLE_KEY}}), shop.wechat()):
        keep_merchant(merchant)
    person = {"community": "willow", "person": "willow-resident-1", "roles": ["resident"], "home": "b1/101"}
    bill = BillIssued(
        community="willow",
        bill=SAMPLE_BILL,
        home="b1/101",
        period="2025-12",
        amount_fen=3580,
        issued_at=datetime(2026, 1, 3, 2, tzinfo=UTC),
        due_at=datetime(2026, 1, 18, 2, tzinfo=UTC),
    )
    assert invoke(app, "community", batch(told(willow(), "1")))
    assert invoke(app, "household", batch(told(MembershipChanged(**person, version=1), "2")))
    sampled = bill.model_copy(update={"bill": "willow-samples-2025-12"})
    assert invoke(app, "bill", batch(told(bill, "3"), told(sampled, "4")))
    order = an_order.OPEN.model_copy(
        update={
            "intent": SAMPLE_INTENT,
            "bill": SAMPLE_BILL,
            "provider": "alipay",
            "seller": shop.alipay().seller,
            "app": shop.alipay().app,
        }
    )
    IntentRow.of(order, 1, None).save()


def willow(version: int = 1, **policies: Any) -> CommunityChanged:
    """What the directory tells of willow."""
    return CommunityChanged(
        community="willow",
        company="acme",
        sub_district="riverside",
        time_zone="Asia/Shanghai",
        policies=CommunityPolicies.model_validate(policies).as_set(),
        version=version,
    )


FURNISH: dict[str, Callable[[Chalice, Http, Invoke], None]] = {
    "directory": furnish_directory,
    "devices": furnish_devices,
    "access": furnish_access,
    "care": furnish_care,
    "health": furnish_health,
    "maintenance": furnish_maintenance,
    "payments": furnish_payments,
    "utilities": furnish_utilities,
}


def make_exports() -> None:
    """The foundation's bucket, in which copies of people's data are put together."""
    os.environ["LINLI_EXPORTS_BUCKET"] = bucket = f"linli-{STAGE}-exports-123456789012"
    place = {"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]}
    with suppress(of_botocore("s3").exceptions.BucketAlreadyOwnedByYou):
        of_botocore("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)


def furnish(name: str, app: Chalice, http: Http, invoke: Invoke) -> None:
    """A service's neighbourhood, and the devices in it, whether or not it believes any yet."""
    make_exports()
    if name in FURNISH:
        FURNISH[name](app, http, invoke)
    know_devices()
