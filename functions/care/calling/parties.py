"""Who can be called for a person, as things stand now, and what somebody is to a person."""

from collections.abc import Iterable, Iterator, Sequence

from functions.care.timeline.models import Capacity
from functions.care.watching.watch import Contact, Watch
from linli.escalation.parties import Party
from linli.escalation.roster import OnDuty
from linli.vocabulary.care import Recipient


def parties(person: str, watch: Watch | None, roster: Iterable[OnDuty]) -> list[Party]:
    """Everybody who may be called for a person, watched over or not.

    The person's own caregiver comes before those on duty; a phone that the watch lacks may be on the roster.
    """
    known = {each.person: each for each in roster}
    found = [Party("person", person, person, watch.phone if watch else None)]
    if watch is not None:
        found += _contacts(watch.contacts)
    if watch is not None and watch.caregiver is not None:
        own = _party("caregiver", watch.caregiver, "caregiver-1")
        phone = known[own.recipient].phone if own.recipient in known else None
        found.append(Party(own.to, own.recipient, own.person, own.phone or phone))
    taken = {(each.to, each.recipient) for each in found}
    found += [
        Party(each.capacity, each.person, each.person, each.phone)
        for each in known.values()
        if each.on_duty and (each.capacity, each.person) not in taken
    ]
    return found


def _contacts(contacts: Sequence[Contact]) -> Iterator[Party]:
    """A contact's second number is called by itself; our app tells them once, and so does a number that is
    written down twice.
    """
    people, numbers = set[str](), set[str]()
    for number, each in enumerate(contacts, 1):
        again = each.phone is not None and each.phone in numbers
        numbers |= {each.phone} if each.phone else set()
        if again and (each.person is None or each.person in people):
            continue
        if each.person is not None and each.person in people:
            yield Party("contact", f"contact-{number}", None, each.phone, each.person)
        else:
            yield _party("contact", each, f"contact-{number}")
            people |= {each.person} if each.person else set()


def _party(to: Recipient, contact: Contact, otherwise: str) -> Party:
    return Party(to, contact.person or otherwise, contact.person, contact.phone)


def capacity_of(person: str, watched: str, watch: Watch | None, staff: Capacity | None) -> Capacity | None:
    """What somebody is to a watched person; None when it is none of their business."""
    if person == watched:
        return "person"
    if staff is not None:
        return staff
    if watch is None:
        return None
    if person in watch.family:
        return "family"
    return "contact" if any(each.person == person for each in watch.contacts) else None
