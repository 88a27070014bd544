"""directory: facts about who and where."""

from decimal import Decimal
from typing import Any

from pydantic import model_validator

from linli.events import Fact, Version
from linli.ids import Id
from linli.personal.models import PersonalDataAnswered, PersonalDataAsked


class CommunityChanged(Fact):
    """A community was registered or its particulars changed; the whole of them, so that the last one wins.

    `policies`: what somebody set, by the part of `CommunityPolicies`. What was not set is what the reader of
    that part takes for its default. `language`: what people are told in who have set none themselves.
    """

    TYPE = "linli.directory.community_changed.v1"
    company: Id
    sub_district: Id
    time_zone: str
    policies: dict[str, Any]
    language: str | None = None
    version: Version

    def entity(self) -> str:
        return self.community


class MembershipChanged(Fact):
    """A person's roles in a community, as they are now; none left means that the person has gone.

    `homes`: `<building>/<unit>` of each home that is theirs, none of who has gone. `home`: the first of them,
    for readers of before; where older code told of it alone, it is all of `homes`. `language`: what they
    want to be told in, if they have said so.
    """

    TYPE = "linli.directory.membership_changed.v1"
    person: Id
    roles: list[str]
    home: str | None = None
    homes: list[str] = []
    language: str | None = None
    version: Version

    @model_validator(mode="before")
    @classmethod
    def _all_homes(cls, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        home = told.get("home")
        homes = (told.get("homes") or ([] if home is None else [home])) if told.get("roles") else []
        return told | {"homes": homes, "home": homes[0] if isinstance(homes, list) and homes else None}

    def entity(self) -> str:
        return self.person


class PlaceChanged(Fact):
    """A building, or a `unit` of it, was entered or changed: what people call it, and a unit's area in m2."""

    TYPE = "linli.directory.place_changed.v1"
    building: Id
    unit: Id | None = None
    name: str
    area_m2: Decimal | None = None
    version: Version

    def entity(self) -> str:
        return self.building if self.unit is None else f"{self.building}/{self.unit}"


class PersonExportAsked(PersonalDataAsked):
    """A person asks for a copy of what is known of them in a community (个人信息查阅、复制, PIPL art. 45)."""

    TYPE = "linli.directory.person_export_asked.v1"


class PersonForgettingAsked(PersonalDataAsked):
    """A person is to be forgotten in a community (个人信息删除, PIPL art. 47).

    `not_before`: when no token of theirs opens anything any more; what is done sooner may be written again.
    """

    TYPE = "linli.directory.person_forgetting_asked.v1"


class DirectoryAnswered(PersonalDataAnswered):
    """What the directory has done about a person's data."""

    TYPE = "linli.directory.personal_data_answered.v1"
