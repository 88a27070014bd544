"""The neighbourhood that tests and samples live in: two companies, three communities."""

import os
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from linli.aws import client
from linli.events import CommunityChanged, DeviceRegistered, Fact, MembershipChanged
from linli.policies import CommunityPolicies
from tests.integration.conftest import Http, Invoke
from tests.integration.messages import batch, told
from tests.integration.people import ACME, BIRCH, WILLOW_MANAGER

ALWAYS = {"valid_from": "2026-01-01T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z"}
COMMUNITIES = {"willow": ("acme", ACME), "cedar": ("acme", ACME), "maple": ("birch", BIRCH)}
ROLES = ("resident", "guard", "repairer", "caregiver", "manager")


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


def furnish_devices(app: Chalice, http: Http, _invoke: Invoke) -> None:
    """A gate in willow, and one in maple."""
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
    assert invoke(app, "standing", batch(*(told(fact, str(n)) for n, fact in enumerate(facts))))
    for gate, direction in (("willow-gate-1", "in"), ("willow-gate-2", "out")):
        body: dict[str, Any] = {"area": "garden", "direction": direction}
        path = f"/communities/willow/gates/{gate}"
        assert http(app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200
    for person in people:
        body = {"kind": "card", "value": f"{person}-card"} | ALWAYS
        path = f"/communities/willow/people/{person}/credentials"
        assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 201


def furnish_health(app: Chalice, _http: Http, invoke: Invoke) -> None:
    """Willow's policies as health knows them."""
    assert invoke(app, "community", batch(told(willow(), "1")))


METER: dict[str, Any] = {
    "meter": "willow-meter-1",
    "medium": "water",
    "registers": [{"obis": "8-0:1.0.0"}],
    "home": "b1/101",
    "installed_at": "2025-01-01T00:00:00Z",
}


def furnish_utilities(app: Chalice, http: Http, invoke: Invoke) -> None:
    """Willow's policies, its first resident at home, and a water meter there."""
    os.environ["LINLI_UPLOADS_BUCKET"] = client("s3").list_buckets()["Buckets"][0]["Name"]
    person = {"community": "willow", "person": "willow-resident-1", "roles": ["resident"], "home": "b1/101"}
    assert invoke(app, "community", batch(told(willow(), "1")))
    assert invoke(app, "household", batch(told(MembershipChanged(**person, version=1), "2")))
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


def willow(version: int = 1, **policies: Any) -> CommunityChanged:
    """What the directory tells of willow."""
    return CommunityChanged(
        community="willow",
        company="acme",
        sub_district="riverside",
        time_zone="Asia/Shanghai",
        policies=CommunityPolicies.model_validate(policies),
        version=version,
    )


FURNISH: dict[str, Callable[[Chalice, Http, Invoke], None]] = {
    "directory": furnish_directory,
    "devices": furnish_devices,
    "access": furnish_access,
    "health": furnish_health,
    "maintenance": furnish_maintenance,
    "utilities": furnish_utilities,
}
