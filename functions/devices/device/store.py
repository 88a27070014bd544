"""A device's row leads, its certificate follows: only a device whose row is active has an active certificate.

`pending` is written first, then IoT makes a certificate that cannot connect yet, then the row becomes
`active` together with its event, then the certificate too. A repeat goes on wherever an attempt broke off.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from functions.devices.device.domain import Standing, key_digest, next_step, vitals_shown
from functions.devices.device.models import Device, DeviceFault, Registered, Registration
from functions.devices.iot_registry import client as iot_registry
from functions.devices.life import store as life
from functions.devices.life.rows import ClaimRow, DeviceRow, FaultRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict
from linli.idempotency import Creation
from linli.instants import to_millis
from linli.tables import ConditionsFailed, Rows, Transaction, find, read, until_it_holds
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked


def register(community: str, asked: Registration, creation: Creation) -> Registered:
    """Register a device, or find it registered with the same key.

    Raises InvalidRequest, Conflict, IdempotencyKeyReused, Unavailable.
    """
    digest = key_digest(asked.csr)
    without_key = replace(creation, key=None)
    row = creation.once(
        lambda: _begin(community, asked, digest, creation),
        lambda _: _begin(community, asked, digest, without_key),
    )
    if row.status == "active":
        certificate = iot_registry.certificate(str(row.certificate))
    else:
        certificate = iot_registry.admit(asked.device, community, asked.kind, asked.csr or "")
        row, certificate = _complete(community, row, certificate, creation.at)
    iot_registry.activate(asked.device, certificate)
    return Registered(
        **_shown(row).model_dump(), certificate_pem=certificate.pem, endpoint=iot_registry.endpoint()
    )


def _begin(community: str, asked: Registration, digest: str, creation: Creation) -> DeviceRow:
    """The row to go on with: pending or, if there is nothing left to do, active."""
    claim_key, device_key = ClaimRow.key(asked.device), DeviceRow.key(community, asked.device)
    rows = read([claim_key, device_key])
    claim, row = rows.one(ClaimRow, claim_key), rows.one(DeviceRow, device_key)
    claimed_by = claim.community if claim else None
    standing = Standing(row.device_kind, row.status, row.key_digest) if row else None
    step = next_step(community, asked, digest, claimed_by, standing)
    if row and step in {"done", "resume"}:
        return row
    before = int(row.version) if row else 0
    pending = DeviceRow(
        *device_key,
        device_kind=asked.kind,
        status="pending",
        key_digest=digest,
        registered_at=creation.at,
        version=before + 1,
    )
    transaction = Transaction()
    if step == "claim":
        transaction.create("claim", ClaimRow(*claim_key, community=community))
    transaction.put(
        "device", pending, DeviceRow.version == before if before else DeviceRow.pk.does_not_exist()
    )
    creation.claim(transaction, asked.device)
    transaction.commit()
    return pending


def _complete(
    community: str, pending: DeviceRow, certificate: iot_registry.Certificate, now: datetime
) -> tuple[DeviceRow, iot_registry.Certificate]:
    """The active row and its certificate: ours, or those of the same request that was faster."""
    active = _next(pending, "active", certificate.arn)
    version = int(active.version)
    fact = DeviceRegistered(community=community, device=active.sk, kind=active.device_kind, version=version)
    transaction = Transaction()
    transaction.put("device", active, DeviceRow.version == pending.version)
    transaction.publish([fact], f"device/{community}/{active.sk}/{version}", now)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        standing = failed.one(DeviceRow, "device")
        if standing is None:
            raise
        if standing.certificate == certificate.arn:
            return standing, certificate
        iot_registry.revoke(active.sk, lambda arn: arn == certificate.arn)
        if (standing.status, standing.key_digest) != ("active", active.key_digest):
            raise Conflict("device_changed") from failed
        return standing, iot_registry.certificate(str(standing.certificate))
    return active, certificate


def revoke(community: str, device: str, by: str, reason: str | None, now: datetime) -> None:
    """End a device's certificates; may be repeated. Raises NotFound, Unavailable."""
    until_it_holds(lambda: _revoke(community, device, by, reason, now))


def _revoke(community: str, device: str, by: str, reason: str | None, now: datetime) -> None:
    row = _row(community, device)
    iot_registry.revoke(device)
    if row.status != "revoked":
        revoked = _next(row, "revoked", row.certificate)
        revoked.revoked_by, revoked.revoked_because = by, reason
        transaction = Transaction()
        as_read, over = life.retire(transaction, row, now)
        transaction.put("device", revoked, (DeviceRow.version == row.version) & as_read)
        version = int(revoked.version)
        fact = DeviceRevoked(community=community, device=device, kind=row.device_kind, version=version)
        transaction.publish([fact, *over], f"device/{community}/{device}/{revoked.version}", now)
        transaction.commit()


def renew(community: str, device: str, now: datetime) -> Device:
    """Give a device what devices are given today, and tell of it again, for services that were not told yet.

    May be repeated. Raises NotFound, Conflict for one that is not active, Unavailable.
    """
    row = _row(community, device)
    if row.status != "active":
        raise Conflict("only_active_renewed", status_now=row.status)
    iot_registry.renew(device, row.device_kind)
    fact = DeviceRegistered(
        community=community, device=device, kind=row.device_kind, version=int(row.version)
    )
    transaction = Transaction()
    transaction.publish([fact], f"device/{community}/{device}/{row.version}/{to_millis(now)}", now)
    transaction.commit()
    return _shown(row)


def load(community: str, device: str) -> Device:
    """A device. Raises NotFound."""
    (shown,) = _with_vitals(community, [_row(community, device)])
    return shown


def devices(community: str, query: PageQuery) -> Page[Device]:
    """The community's devices by id. Raises InvalidCursor."""
    rows: list[DeviceRow] = []

    def collected(row: DeviceRow) -> Device:
        rows.append(row)
        return _shown(row)

    page = page_of(DeviceRow, DeviceRow.key.partition(community), query, collected)
    return page.model_copy(update={"items": _with_vitals(community, rows)})


def faults(community: str, query: PageQuery) -> Page[DeviceFault]:
    """What is wrong with the community's devices now, by device. Raises InvalidCursor."""
    return page_of(FaultRow, FaultRow.key.partition(community), query, _fault)


def _next(row: DeviceRow, status: str, certificate: str | None) -> DeviceRow:
    return DeviceRow(
        row.pk,
        row.sk,
        device_kind=row.device_kind,
        status=status,
        key_digest=row.key_digest,
        certificate=certificate,
        registered_at=row.registered_at,
        version=int(row.version) + 1,
    )


def _row(community: str, device: str) -> DeviceRow:
    return find(DeviceRow, DeviceRow.key(community, device))


def _shown(row: DeviceRow, *, gateway_lost: bool = False) -> Device:
    vitals = vitals_shown(row.vitals, gateway_lost=gateway_lost) if row.status == "active" else None
    return shown_as(Device, row, device=row.sk, kind=row.device_kind, vitals=vitals)


def _with_vitals(community: str, rows: Iterable[DeviceRow]) -> list[Device]:
    """The devices as they are shown, unseen where the gateway they speak through is lost."""
    found = list(rows)
    via = {row.gateway: DeviceRow.key(community, row.gateway) for row in found if row.gateway}
    gateways = read(via.values()) if via else Rows()
    lost = {name for name, key in via.items() if (row := gateways.one(DeviceRow, key)) and row.lost}
    return [_shown(row, gateway_lost=row.gateway in lost) for row in found]


def _fault(row: FaultRow) -> DeviceFault:
    return shown_as(DeviceFault, row, kind=row.device_kind, behind=int(row.behind))
