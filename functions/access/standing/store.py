"""Keeps standings, gates and the community's policies up to what other services say."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from functions.access.credentials.store import write_standing
from functions.access.gates.rows import GateRow
from functions.access.gates.store import reach
from functions.access.holders.rows import HolderRow
from functions.access.holders.standing import Standing
from functions.access.invitations.rows import InvitationRow
from functions.access.standing.domain import PersonFact, after, after_host
from functions.access.standing.models import HealthWord, PlaceWord, SaidPlace, ShownStanding
from linli import communities
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.instants import to_epoch_seconds
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with
from linli.tables import (
    ConditionsFailed,
    ContractAttribute,
    Row,
    Transaction,
    expired,
    find,
    read,
    until_it_holds,
)
from linli.vocabulary.access import AccessPolicy
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import MembershipChanged


class PlaceRow(Row, discriminator="place"):
    """That staff have said where somebody is, and why."""

    KEPT = Lifetime.as_said_by(AccessPolicy)
    PERSONAL = gone_with("holder")
    key = Key("{community}#places#{holder}", "{said}")

    said = ContractAttribute(SaidPlace)

    @classmethod
    def of(cls, community: str, said: SaidPlace, ttl: int) -> "PlaceRow":
        """The row of what was said."""
        return cls(*cls.key(community, said.person, said.said), said=said, ttl=ttl)


def hear_of_person(fact: PersonFact, at: datetime) -> str:
    """Change the standing of the person `fact` is about, and all its copies. Returns the outcome.

    Who is no longer of the community has no guests either. They come first, since a repeat finds the person
    changed already.
    """
    if isinstance(fact, MembershipChanged):
        for guest in _guests(fact.community, fact.person, at):
            until_it_holds(partial(_change, fact.community, guest, partial(after_host, fact, at=at)))
    changed = until_it_holds(partial(_change, fact.community, fact.person, partial(after, fact, at=at)))
    return "standing_changed" if changed else "unchanged"


def _guests(community: str, person: str, at: datetime) -> list[str]:
    partition = InvitationRow.key.partition(community, person)
    rows = InvitationRow.query(partition)
    return [row.sk for row in rows if not row.withdrawn and row.invitation.valid_until > at]


def _change(community: str, holder: str, becomes: Callable[[Standing | None], Standing | None]) -> bool:
    """Write what a holder's standing becomes, if it becomes another. Returns whether it has."""
    key = HolderRow.key(community, holder)
    row = read([key]).one(HolderRow, key)
    known = row.standing if row else None
    standing = becomes(known)
    if standing is None or standing == known:
        return False
    transaction = Transaction()
    write_standing(transaction, community, known, standing)
    transaction.commit()
    return True


def say(community: str, person: str, word: HealthWord) -> ShownStanding:
    """Keep what staff know of a person's health. Raises NotFound for a person the community does not know."""

    def as_said(known: Standing | None) -> Standing:
        if known is None or known.person is None:
            raise NotFound
        return known.model_copy(update=word.model_dump())

    until_it_holds(partial(_change, community, person, as_said))
    return show(community, person)


def show(community: str, person: str) -> ShownStanding:
    """A person's standing. Raises NotFound for a person the community does not know."""
    standing = find(HolderRow, HolderRow.key(community, person)).standing
    if standing.person is None:
        raise NotFound
    return shown_as(
        ShownStanding, standing, blocks=standing.in_force(), credentials=len(standing.credentials)
    )


def say_place(community: str, person: str, word: PlaceWord, by: str, creation: Creation) -> SaidPlace:
    """Keep where staff say that somebody is, resident or visitor, and that they have said so.

    Raises NotFound for a holder the community does not know, InvalidRequest for an area that is not there.
    """
    return creation.once(
        lambda: _say_place(community, person, word, by, creation),
        lambda earlier: find(PlaceRow, PlaceRow.key(community, person, earlier)).said,
    )


def _say_place(community: str, person: str, word: PlaceWord, by: str, creation: Creation) -> SaidPlace:
    key = HolderRow.key(community, person)
    rows = read([key, CommunityRow.key(community)])
    holder = rows.one(HolderRow, key)
    if holder is None:
        raise NotFound
    before = holder.standing
    if word.area and word.area not in before.areas():
        reach(community).check(areas=[word.area])
    areas = sorted([word.area] if word.area else before.areas())
    after = before.placed(areas, word.direction, creation.at)
    kept = timedelta(days=communities.known(rows, community).policy(AccessPolicy).retention_days)
    said = SaidPlace(
        said=creation.id,
        person=person,
        areas=areas,
        direction=word.direction,
        reason=word.reason,
        said_by=by,
        said_at=creation.at,
    )
    transaction = Transaction()
    transaction.create("place", PlaceRow.of(community, said, to_epoch_seconds(creation.at + kept)))
    if after != before:
        write_standing(transaction, community, before, after)
    creation.claim(transaction)
    transaction.commit()
    return said


def places(community: str, person: str, query: PageQuery, now: datetime) -> Page[SaidPlace]:
    """What staff have said of somebody's place, newest first. Raises NotFound for a holder nobody knows."""
    find(HolderRow, HolderRow.key(community, person))
    partition = PlaceRow.key.partition(community, person)
    return page_of(
        PlaceRow,
        partition,
        query,
        lambda row: None if expired(row, now) else row.said,
        newest_first=True,
    )


def hear_of_gate(fact: DeviceRegistered | DeviceRevoked, at: datetime) -> str:
    """Remember the registry's last word on a gate's device: by its count, or where a word has none by the
    time it was told `at`, when a revocation beats what was told at the same time. Returns the outcome.
    """
    row, revoked = GateRow(*GateRow.key(fact.community, fact.device)), isinstance(fact, DeviceRevoked)
    earlier = GateRow.registered_at <= at if revoked else GateRow.registered_at < at
    newer = GateRow.registered_at.does_not_exist() | earlier
    actions = [
        GateRow.revoked.set(revoked),
        GateRow.registered_at.set(at),
        GateRow.kind.set(GateRow),
    ]
    if fact.version is not None:
        uncounted = GateRow.registry_version.does_not_exist() & newer
        newer = uncounted | (GateRow.registry_version < fact.version)
        actions.append(GateRow.registry_version.set(fact.version))
    transaction = Transaction()
    transaction.update("gate", row, actions, newer)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "unchanged"
    return "gate_revoked" if revoked else "gate_registered"
