"""How a community comes to be and changes."""

from functions.directory.community.models import Community, CommunityCreated, CommunityPatch
from linli.errors import Conflict
from linli.events import CommunityChanged


def new(company: str, asked: CommunityCreated) -> Community:
    """The first version."""
    return Community(
        community=asked.community,
        company=company,
        name=asked.name,
        time_zone=asked.time_zone,
        sub_district=asked.sub_district,
        policies=asked.policies,
        version=1,
    )


def changed(standing: Community, patch: CommunityPatch) -> Community:
    """The community after `patch`: the next version, or the standing one if it is just what `patch` made.

    The latter is how a repeat looks whose first answer was lost. Raises Conflict, with the standing
    `version`, when somebody else changed the community in between.
    """
    wanted = {
        field: value
        for field in ("name", "time_zone", "sub_district", "policies")
        if (value := getattr(patch, field)) is not None
    }
    after = standing.model_copy(update=wanted)
    if standing.version == patch.version:
        return after.model_copy(update={"version": standing.version + 1})
    if standing.version == patch.version + 1 and after == standing:
        return standing
    raise Conflict("the community has changed in between", version=standing.version)


def fact(community: Community) -> CommunityChanged:
    """What the other services are told."""
    return CommunityChanged(
        community=community.community,
        company=community.company,
        sub_district=community.sub_district,
        time_zone=community.time_zone,
        policies=community.policies,
        version=community.version,
    )
