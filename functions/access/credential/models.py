"""Credentials as managers enrol them and residents see them."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from functions.access.credentials.models import Consent, Value
from functions.access.credentials.spellings import canonical
from functions.access.credentials.validity import Credential, Window, Windows
from functions.access.gates.models import CredentialKind
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Words

LONGEST = timedelta(days=3660)


class ConsentGiven(Contract):
    """Somebody's separate consent to entering by face; a reference alone says that they gave it, now.

    `given_by`: the person, or who answers for one under 14. `purpose`: what they were told that it is for.
    """

    reference: Id
    given_by: Id | None = None
    given_at: Instant | None = None
    purpose: Annotated[Words, Field(max_length=200)] = "gate_pass"

    @model_validator(mode="before")
    @classmethod
    def _of_a_reference(cls, given: Any) -> Any:
        return {"reference": given} if isinstance(given, str) else given


class Enrolment(Contract):
    """A credential for a person.

    `consent`: the holder's (or, under 14, the guardian's) separate consent, which a face needs: Measures on
    the security of face recognition (人脸识别技术应用安全管理办法), in force since 2025-06-01. `move`: take
    it from whoever else holds it. `add`: a plate's hours or dates beside those that it is good for already,
    which are replaced otherwise.
    """

    kind: Literal["face", "phone", "card", "plate"]
    value: Value
    valid_from: Instant
    valid_until: Instant
    areas: Annotated[list[Id], Field(max_length=50)] = []
    gates: Annotated[list[Id], Field(max_length=50)] = []
    windows: Windows = []
    consent: ConsentGiven | None = None
    move: bool = False
    add: bool = False

    @model_validator(mode="after")
    def _only_plates_are_held_twice(self) -> Self:
        if self.add and self.kind != "plate":
            raise InvalidField("add_with_plate")
        return self

    @model_validator(mode="after")
    def _face_needs_consent(self) -> Self:
        if self.kind == "face" and self.consent is None:
            raise InvalidField("face_needs_consent")
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not canonical(self.kind, self.value):
            raise InvalidField("value_blank")
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if not self.valid_from < self.valid_until <= self.valid_from + LONGEST:
            raise InvalidField("valid_ten_years")
        return self


class EnrolledCredential(Contract):
    """A credential as people see it; `credential` is its keyed hash, from which the value cannot be had.

    `areas_gone`, `gates_gone`: of those it is good for, what is there no more. `moved_from`: who held it
    until now, `replaced`: what it was good for. `consent`: to a face; of faces of before none was kept.
    """

    credential: str
    person: Id
    kind: CredentialKind
    valid_from: Instant
    valid_until: Instant
    areas: list[Id]
    gates: list[Id]
    areas_gone: list[Id] = []
    gates_gone: list[Id] = []
    windows: list[Window]
    moved_from: Id | None = None
    replaced: Credential | None = None
    consent: Consent | None = None


class EnrolledCredentials(Contract):
    """All of a person's, at most twenty. `only_a_face`: nothing else works now, which must not stay so."""

    items: list[EnrolledCredential]
    only_a_face: bool


class Revocation(Contract):
    """`lost`: it must open nothing any more, even if nothing but a face is left."""

    lost: bool = False


class QrWanted(Contract):
    """A resident's own code; without `gates` it is good wherever the resident may go."""

    gates: Annotated[list[Id], Field(max_length=50)] = []


class QrCode(Contract):
    """A code for one pass. Show it as it is."""

    code: str
    valid_until: Instant
