"""Hotlines, under their community or sub-district."""

from datetime import datetime

from functions.maintenance.hotline_key.models import HotlineIssued, HotlineListed, HotlineWanted
from functions.maintenance.hotlines.models import Scope
from functions.maintenance.hotlines.rows import HotlineRow
from functions.maintenance.hotlines.store import KEYS, Hotline
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, NotFound
from linli.idempotency import Creation
from linli.tables import ConditionsFailed, Transaction


def issue(scope: Scope, tenant: str, wanted: HotlineWanted, creation: Creation) -> HotlineIssued:
    """Issue a key; a revoked hotline gets a new one. Raises Conflict while one is in force."""
    issued = creation.once(lambda: _issue(scope, tenant, wanted, creation), lambda earlier: earlier)
    return HotlineIssued(
        hotline=wanted.hotline, api_key=KEYS.text(Hotline(scope, tenant, wanted.hotline), issued)
    )


def _issue(scope: Scope, tenant: str, wanted: HotlineWanted, creation: Creation) -> str:
    row = HotlineRow(
        *HotlineRow.key(tenant, scope, wanted.hotline),
        name=wanted.name,
        digest=KEYS.digest(KEYS.text(Hotline(scope, tenant, wanted.hotline), creation.id)),
        scope=scope,
        issued_at=creation.at,
    )
    transaction = Transaction()
    transaction.put("hotline", row, HotlineRow.pk.does_not_exist() | HotlineRow.revoked_at.exists())
    creation.claim(transaction)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        landed = failed.one(HotlineRow, "hotline")
        if landed is None or landed.digest != row.digest:
            raise Conflict("has_a_key") from failed
    return creation.id


def hotlines(scope: Scope, tenant: str, query: PageQuery) -> Page[HotlineListed]:
    """A tenant's hotlines, revoked ones too."""
    return page_of(HotlineRow, HotlineRow.key.partition(tenant, scope), query, _listed)


def revoke(scope: Scope, tenant: str, hotline: str, now: datetime) -> None:
    """Revoke a hotline's key, once or again. Raises NotFound."""
    row = HotlineRow(*HotlineRow.key(tenant, scope, hotline))
    transaction = Transaction()
    transaction.update("hotline", row, [HotlineRow.revoked_at.set(now)], HotlineRow.pk.exists())
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        raise NotFound from failed


def _listed(row: HotlineRow) -> HotlineListed:
    return shown_as(HotlineListed, row, hotline=row.sk)
