"""Whether anybody can see how a person is: the duty to look in person while no sensor can be heard."""

from datetime import datetime

from functions.care import duties, vigils
from functions.care.states import WatchState
from functions.care.vigils import Vigil
from linli.tables import Transaction


def write(transaction: Transaction, vigil: Vigil, after: WatchState, now: datetime) -> None:
    """Let `transaction` write a state, with the duty `cannot_see` raised or settled as it says."""
    vigils.join(transaction, vigil, after)
    community, person = vigil.watch.community, vigil.watch.person
    if after.blind_since and not vigil.state.blind_since:
        words = "no sensor in the home can be heard; nobody can see how they are"
        duties.raised(transaction, community, person, "cannot_see", words=words, now=now)
    if vigil.state.blind_since and not after.blind_since:
        duties.cleared(transaction, community, person, "cannot_see", now)
