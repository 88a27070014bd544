"""Credentials as managers enrol them and residents see them."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.access.credentials import CredentialKind, Value, Window, Windows
from functions.access.spellings import canonical
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

LONGEST = timedelta(days=3660)


class Enrolment(Contract):
    """A credential for a person.

    `consent`: reference of the holder's (or, under 14, the guardian's) separate consent, which a face needs:
    Measures on the security of face recognition (人脸识别技术应用安全管理办法), in force since 2025-06-01.
    """

    kind: Literal["face", "phone", "card", "plate"]
    value: Value
    valid_from: Instant
    valid_until: Instant
    areas: Annotated[list[Id], Field(max_length=50)] = []
    gates: Annotated[list[Id], Field(max_length=50)] = []
    windows: Windows = []
    consent: Id | None = None

    @model_validator(mode="after")
    def _face_needs_consent(self) -> Self:
        if self.kind == "face" and self.consent is None:
            raise ValueError("a face needs the reference of the holder's consent")
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not canonical(self.kind, self.value):
            raise ValueError("value: is blank")
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if not self.valid_from < self.valid_until <= self.valid_from + LONGEST:
            raise ValueError("valid_until must be after valid_from, and at most ten years")
        return self


class EnrolledCredential(Contract):
    """A credential as people see it; `credential` is its keyed hash, from which the value cannot be had."""

    credential: str
    person: Id
    kind: CredentialKind
    valid_from: Instant
    valid_until: Instant
    areas: list[Id]
    gates: list[Id]
    windows: list[Window]


class EnrolledCredentials(Contract):
    """All of a person's, at most twenty."""

    items: list[EnrolledCredential]


class QrWanted(Contract):
    """A resident's own code; without `gates` it is good wherever the resident may go."""

    gates: Annotated[list[Id], Field(max_length=50)] = []


class QrCode(Contract):
    """A code for one pass. Show it as it is."""

    code: str
    valid_until: Instant
