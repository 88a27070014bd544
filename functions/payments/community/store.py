"""The community, and its place in the daily round of statements."""

from functions.payments.statements.rows import ReconciledRow
from linli import communities
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.payments import PaymentsPolicy


def enrol(fact: CommunityChanged) -> str:
    """Keep our copy of a community as `fact` tells, and enter it into the round of statements. Returns the
    outcome of the copy.
    """
    ReconciledRow(*ReconciledRow.key(fact.community)).save()
    return communities.keep(fact, PaymentsPolicy)
