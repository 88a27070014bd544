"""Reads how somebody is, for those who may know."""

from functions.care.calling import store as calling
from functions.care.calling.parties import capacity_of
from functions.care.relative.domain import seen
from functions.care.relative.models import Relative, Relatives, RelativeSeen
from functions.care.watching import store as watching
from functions.care.watching.rows import FamilyRow
from linli import places
from linli.errors import NotFound


def find(community: str, person: str, asker: str) -> RelativeSeen:
    """How a relative of the asker is. Raises NotFound also when they are nobody of theirs."""
    vigil = watching.load(community, person)
    if capacity_of(asker, person, vigil.watch, None) is None:
        raise NotFound
    alert = calling.alert_of(community, vigil.open_alert) if vigil.open_alert else None
    names = places.called(community, {vigil.watch.home})
    return seen(person, names.get(vigil.watch.home), vigil.state, alert)


def of(community: str, asker: str) -> Relatives:
    """Those of whom the asker is family or emergency contact."""
    rows = FamilyRow.query(FamilyRow.key.partition(community, asker))
    return Relatives(items=[Relative(person=row.sk) for row in rows])
