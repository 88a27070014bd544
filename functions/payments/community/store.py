"""The community, and its place in the daily round of statements."""

from functions.payments.statements.rows import ReconciledRow
from linli import communities
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.payments import PaymentsPolicy


def enrol(fact: CommunityChanged) -> str:
    """Store the community as `fact` tells. Returns the outcome."""
    ReconciledRow(ReconciledRow.PARTITION, fact.community).save()
    return communities.keep(fact, PaymentsPolicy)
