"""The community's policies, and whom a change of them makes due."""

from datetime import datetime

from linli import communities
from linli.communities import CommunityRow
from linli.escalation.tasks import DueTask, everybody
from linli.tables import Rows, read
from linli.tasks import leave
from linli.vocabulary.care import CarePolicy
from linli.vocabulary.directory import CommunityChanged


def keep(fact: CommunityChanged, now: datetime) -> str:
    """Store the community as `fact` tells, unless a newer version is here. Returns the outcome.

    Where it changes what is allowed, everybody is judged anew: a lowered cap counts for who is silent
    already.
    A fact that comes a second time leaves that task again, in case it was cut short.
    """
    key = CommunityRow.key(fact.community)
    before = read([key]).one(CommunityRow, key)
    outcome = communities.keep(fact, CarePolicy)
    again = before is not None and before.version == fact.version
    if again or (outcome == "community_kept" and _allows_otherwise(before, fact)):
        task = DueTask(at=now, rows=[everybody(fact.community)], direct=True)
        leave("idle_alert", [task])
    return outcome


def _allows_otherwise(before: CommunityRow | None, fact: CommunityChanged) -> bool:
    """Whether deadlines may be others by the new policy; defaults hold until the directory has spoken."""
    was = communities.known(Rows({} if before is None else {(before.pk, before.sk): before}), fact.community)
    return (was.policy(CarePolicy), was.time_zone) != (
        communities.told(fact, CarePolicy),
        fact.time_zone,
    )
