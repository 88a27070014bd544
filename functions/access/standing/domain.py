"""What a fact means for the standing of the person it is about."""

from datetime import datetime

from functions.access.holders.standing import Standing
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.health import FeverCleared, FeverConfirmed

PersonFact = FeverConfirmed | FeverCleared | MembershipChanged


def after(fact: PersonFact, known: Standing | None, at: datetime) -> Standing:
    """The person's standing once `fact`, told at `at`, is taken into account."""
    standing = known or Standing(holder=fact.person, person=fact.person)
    match fact:
        case FeverConfirmed():
            return standing.marked("fever", fact.confirmed_at, on=True, version=fact.version)
        case FeverCleared():
            return standing.marked("fever", fact.cleared_at, on=False, version=fact.version)
        case MembershipChanged():
            return standing.member(fact.version, at, ended=not fact.roles)


def after_host(fact: MembershipChanged, guest: Standing | None, at: datetime) -> Standing | None:
    """A visitor's standing once their host has come or gone; None for one who is not known any more."""
    return guest.member(fact.version, at, ended=not fact.roles) if guest else None
