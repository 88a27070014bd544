"""How a community comes to be and changes."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from functions.directory.community.models import Community, CommunityCreated, CommunityPatch
from functions.directory.policies import CommunityPolicies
from linli.errors import Conflict, InvalidRequest
from linli.merge_patch import merged
from linli.vocabulary.directory import CommunityChanged


def new(company: str, asked: CommunityCreated) -> Community:
    """The first version."""
    return Community(
        community=asked.community,
        company=company,
        name=asked.name,
        time_zone=asked.time_zone,
        sub_district=asked.sub_district,
        office_phone=asked.office_phone,
        language=asked.language,
        policies=asked.policies,
        version=1,
    )


def changed(standing: Community, patch: CommunityPatch) -> Community:
    """The community after `patch`: the next version, or the standing one if it is just what `patch` made.

    The latter is how a repeat looks whose first answer was lost. Raises Conflict, with the standing
    `version`, when somebody else changed the community in between, InvalidRequest when the policies would not
    make sense together.
    """
    wanted = {
        field: value
        for field in ("name", "time_zone", "sub_district", "office_phone", "language")
        if (value := getattr(patch, field)) is not None
    }
    after = standing.model_copy(update=wanted | {"policies": _patched(standing.policies, patch)})
    if standing.version == patch.version:
        return after.model_copy(update={"version": standing.version + 1})
    if standing.version == patch.version + 1 and _as_set(after) == _as_set(standing):
        return standing
    raise Conflict("community_has_changed", version=standing.version)


def _patched(standing: CommunityPolicies, patch: CommunityPatch) -> CommunityPolicies:
    if "policies" not in patch.model_fields_set:
        return standing
    if patch.policies is None:
        return CommunityPolicies()
    wanted = patch.policies.model_dump(mode="json", exclude_unset=True)
    try:
        after = merged(CommunityPolicies, standing.as_set(), wanted)
        return CommunityPolicies.model_validate_json(to_json(after))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error


def _as_set(community: Community) -> dict[str, Any]:
    return community.model_dump(mode="json", exclude_unset=True)


def fact(community: Community) -> CommunityChanged:
    """What the other services are told."""
    return CommunityChanged(
        community=community.community,
        company=community.company,
        sub_district=community.sub_district,
        time_zone=community.time_zone,
        policies=community.policies.as_set(),
        language=community.language,
        version=community.version,
    )
