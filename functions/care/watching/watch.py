"""Who is watched over (关爱对象), and how: what signals can and cannot tell in their home."""

from collections.abc import Collection
from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.care.watching.signals import SENSOR_KINDS, Kind
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import ID_PATTERN, Id
from linli.phones import Phone
from linli.vocabulary.care import Chain

Home = Annotated[str, Field(pattern=ID_PATTERN[:-1] + "/" + ID_PATTERN[1:])]  # <building>/<unit> (楼栋/户)
METERED = frozenset({"water", "electricity", "gas"})  # what meters tell of a home, whoever lives there
MOST_DEVICES = 20  # all of them replaced, with home and family, is one transaction of 100 rows at most


class Contact(Contract):
    """Somebody who can be called: by phone, or in the app as `person`."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    phone: Phone | None = None
    person: Id | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.phone is None and self.person is None:
            raise InvalidField("phone_or_person")
        return self


class Sensor(Contract):
    """A sensor that serves this person; `gateway`: the device that publishes for it, if not itself."""

    device: Id
    kind: Kind
    gateway: Id | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it proves who it was, as long as it serves one; whose a press for help is, `sos` says."""
        return SENSOR_KINDS[self.kind].proof == "person" and self.kind != "call_button"


class Settings(Contract):
    """How a person is watched over.

    `consent`: where the written consent is filed (PIPL Art. 29). `residents`: how many people live there.
    `counts`: kinds of signals that are this person's all the same, whoever else is about. `contacts`:
    emergency contacts, in turn; `family`: who may see how they are; `chain` in place of the community's.
    """

    home: Home
    consent: Annotated[str, Field(min_length=1, max_length=200)]
    phone: Phone | None = None
    residents: Annotated[int, Field(ge=1, le=20)] = 1
    pets: bool = False
    sensors: Annotated[list[Sensor], Field(max_length=MOST_DEVICES)] = []
    counts: Annotated[list[Kind], Field(max_length=len(SENSOR_KINDS))] = []
    contacts: Annotated[list[Contact], Field(max_length=5)] = []
    caregiver: Contact | None = None
    family: Annotated[list[Id], Field(max_length=10)] = []
    chain: Chain | None = None

    @model_validator(mode="after")
    def _names_each_sensor_once(self) -> Self:
        devices = [each.device for each in self.sensors]
        if len(set(devices)) != len(devices):
            raise InvalidField("sensor_twice")
        if len(self.devices) > MOST_DEVICES:
            raise InvalidField("most_devices", most=MOST_DEVICES)
        return self

    @property
    def devices(self) -> set[str]:
        """The sensors, and the gateways that publish for them."""
        return {each for one in self.sensors for each in (one.device, one.gateway) if each is not None}


class Watch(Settings):
    """The settings of one person; `version` counts their changes.

    `shared`: personal sensors that serve others in the home as well, and prove no more than some human.
    """

    community: Id
    person: Id
    version: Annotated[int, Field(ge=1)]
    shared: list[Id] = []

    def is_theirs(self, kind: str, devices: Collection[str] = (), *, elsewhere: bool = False) -> bool:
        """Whether a signal of this kind, from these devices, can only be this person's.

        `elsewhere`: the directory has them in another home, so that the meters of this one are of others.
        """
        if elsewhere and kind in METERED:
            return False
        proof = "human" if set(self.shared).intersection(devices) else SENSOR_KINDS[kind].proof
        alone = self.residents == 1
        return proof == "person" or kind in self.counts or (alone and (proof == "human" or not self.pets))

    def source(self, kind: str, devices: Collection[str]) -> str:
        """Which sensor a signal of this kind is from, the kind itself when it comes from none."""
        sensors = [one.device for one in self.sensors if one.kind == kind and one.device in devices]
        return next(iter([*sensors, *sorted(devices)]), kind)

    @property
    def telling(self) -> list[Sensor]:
        """The sensors that tell by themselves of this person being at home."""
        return [
            one
            for one in self.sensors
            if self.is_theirs(one.kind, [one.device])
            and SENSOR_KINDS[one.kind].place == "home"
            and SENSOR_KINDS[one.kind].by_itself
        ]

    @property
    def sees_the_home(self) -> bool:
        """Whether any sensor would tell of this person being at home."""
        return bool(self.telling)

    @property
    def cannot_tell(self) -> list[str]:
        """What the signals cannot tell apart in this home, in words."""
        unsure = [one for one in self.sensors if not self.is_theirs(one.kind, [one.device])]
        kinds = sorted({one.kind for one in unsure if one.device not in self.shared})
        by = " or ".join(["a pet"] * self.pets + ["another resident"] * (self.residents > 1))
        words = [f"{kind.replace('_', ' ')} may be {by} and does not count" for kind in kinds]
        words += [
            f"{one.kind.replace('_', ' ')} ({one.device}) serves another resident as well and does not count"
            for one in unsure
            if one.device in self.shared
        ]
        if not self.sees_the_home:
            words.append("no sensor tells of this person in the home")
        return words
