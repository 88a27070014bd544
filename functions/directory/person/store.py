"""A community's records of people, and one person's rows in all of them."""

from datetime import datetime

from functions.directory.homes.models import HomeShown
from functions.directory.homes.store import homes_of, named
from functions.directory.memberships import store as memberships
from functions.directory.people.rows import MembershipRow, OfficialRow, OperatorRow, PersonalRow, PersonRow
from functions.directory.person.models import (
    Me,
    MePatch,
    MyCommunity,
    PeopleAsked,
    Person,
    PersonRecord,
    RecordKept,
)
from linli.cursors import Page, page_of
from linli.http import Grants
from linli.phones import compared
from linli.tables import Transaction, find


def load(community: str, person: str) -> Person:
    """A community's record of a person. Raises NotFound."""
    return _shown(find(PersonRow, PersonRow.key(community, person)))


def save(community: str, person: str, record: PersonRecord) -> Person:
    """Write a community's record of a person; the last one stays."""
    key = PersonRow.key(community, person)
    transaction = Transaction()
    transaction.put("person", PersonRow(*key, person=person, name=record.name, phone=record.phone))
    transaction.commit()
    return Person(person=person, name=record.name, phone=record.phone)


def people(community: str, asked: PeopleAsked) -> Page[Person]:
    """A community's records by person; pages of those under a phone may be short. Raises InvalidCursor."""

    def shown(row: PersonRow) -> Person | None:
        return _shown(row) if asked.phone is None or compared(row.phone) == asked.phone else None

    return page_of(PersonRow, PersonRow.key.partition(community), asked, shown)


def me(person: str, identity: str, grants: Grants) -> Me:
    """Everything about one person: one query of the index, and one read of what their homes are called.

    An identity that was linked to a person sees no more than the communities that did it know.
    """
    rows = list(PersonalRow.by_person.query(person))
    if identity != person:
        known_here = (row for row in rows if isinstance(row, PersonRow | MembershipRow))
        rows = [row for row in known_here if row.community in grants["communities"]]
    records = {row.community: _record(row) for row in rows if isinstance(row, PersonRow)}
    members = {row.community: row for row in rows if isinstance(row, MembershipRow)}
    homes = {community: homes_of(row) for community, row in members.items()}
    names = named((community, home) for community, each in homes.items() for home in each)
    return Me(
        person=person,
        identity=identity,
        communities=[
            _my_community(
                community,
                members.get(community),
                records.get(community),
                [names[community, home] for home in homes.get(community, ())],
            )
            for community in sorted(records.keys() | members.keys())
        ],
        companies=sorted(row.community for row in rows if isinstance(row, OperatorRow)),
        sub_districts=sorted(row.community for row in rows if isinstance(row, OfficialRow)),
        language=next((row.language for row in members.values() if row.language), None),
    )


def change_me(person: str, identity: str, grants: Grants, wanted: MePatch, now: datetime) -> Me:
    """Change what is named of oneself, in all communities that `me` shows; the same again finishes it."""
    shown = me(person, identity, grants)
    if "language" not in wanted.model_fields_set:
        return shown
    for each in shown.communities:
        memberships.speak(each.community, person, wanted.language, now)
    is_member = any(each.roles for each in shown.communities)
    return shown.model_copy(update={"language": wanted.language if is_member else None})


def _my_community(
    community: str, member: MembershipRow | None, record: RecordKept | None, homes: list[HomeShown]
) -> MyCommunity:
    roles = sorted(member.roles or ()) if member else []
    home = homes[0] if homes else None
    return MyCommunity(community=community, roles=roles, home=home, homes=homes, record=record)


def _record(row: PersonRow) -> RecordKept:
    return RecordKept(name=row.name, phone=row.phone)


def _shown(row: PersonRow) -> Person:
    return Person(person=row.sk, name=row.name, phone=row.phone)
