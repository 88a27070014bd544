"""Open311 GeoReport v2: arguments in, resources out (wiki.open311.org/GeoReport_v2)."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, model_validator

from linli.contracts import Contract
from linli.errors import InvalidField, InvalidRequest
from linli.instants import Instant
from linli.texts import is_visible

Status = Literal["open", "closed"]
MOST_LISTED = 1000  # "90 days or first 1000 requests returned, whichever is smallest"
MOST_MEDIA = 9
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")
_OFFSET_WITHOUT_ITS_PLUS = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")


def _plus(text: Any) -> Any:
    """A plus that a client did not escape comes as a space: no offset begins with one."""
    return _OFFSET_WITHOUT_ITS_PLUS.sub("+", text) if isinstance(text, str) else text


def _each(values: Any) -> list[str]:
    """Several values, each argument perhaps more than one: "multiple times, comma delimited"."""
    return [one.strip() for text in values for one in text.split(",") if one.strip()]


def _lower(values: Any) -> list[str]:
    return [one.lower() for one in _each(values)]


def _degrees(most: float) -> Any:
    def checked(text: Any) -> str:
        stripped = str(text).strip()
        if _NUMBER.fullmatch(stripped) is None or abs(float(stripped)) > most:
            raise InvalidField("no_degrees", most=f"{most:g}")
        return stripped

    return BeforeValidator(checked)


Moment = Annotated[Instant, BeforeValidator(_plus)]
Several = Annotated[list[str], BeforeValidator(_each)]
Statuses = Annotated[list[Status], BeforeValidator(_lower)]
Degrees = Annotated[str, PlainSerializer(float, when_used="json")]  # a number in JSON, as it was sent in XML


class Arguments(Contract):
    """Arguments of a form or query: all text. Those we have no use for, a caller's name say, are not kept.

    An argument in which nothing can be seen is one that was not sent ("Optional Arguments"). Of what can only
    be said once, the last counts; `SEVERAL` are lists.
    """

    model_config = Contract.model_config | {"extra": "ignore", "strict": False}
    SEVERAL: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, sent: Iterable[tuple[str, str]]) -> Self:
        """The arguments among what was sent. Raises InvalidRequest."""
        given: dict[str, Any] = {}
        for name, value in sent:
            plain = name.removesuffix("[]")
            if plain in cls.SEVERAL and is_visible(value):
                given.setdefault(plain, []).append(value)
            elif is_visible(value):
                given[plain] = value
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise InvalidRequest.from_validation(error) from error


class Jurisdiction(Arguments):
    """Which community is meant, where a key or an endpoint serves several."""

    jurisdiction_id: Annotated[str, Field(max_length=255)] | None = None


class Key(Arguments):
    """The hotline's API key."""

    api_key: Annotated[str, Field(max_length=300)] = ""


class RequestWanted(Jurisdiction):
    """POST requests. Some location is needed; a sub-district's key also needs `jurisdiction_id`.

    `media_url`: where pictures are; what is no address of the web is not kept.
    """

    SEVERAL = frozenset({"media_url"})

    service_code: Annotated[str, Field(max_length=64)]
    description: Annotated[str, Field(max_length=4000)] = ""
    address_string: Annotated[str, Field(max_length=1000)] | None = None
    address_id: Annotated[str, Field(max_length=255)] | None = None
    lat: Annotated[str, _degrees(90)] | None = None
    long: Annotated[str, _degrees(180)] | None = None
    media_url: list[str] = []

    @property
    def media_urls(self) -> list[str]:
        """Those that are kept."""
        found = [each.strip() for each in self.media_url]
        return [each for each in found if re.fullmatch(r"https?://\S{1,2000}", each)][:MOST_MEDIA]

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.lat is None) != (self.long is None):
            raise InvalidField("lat_and_long")
        if self.lat is None and self.address_string is None and self.address_id is None:
            raise InvalidField("some_location")
        return self


class RequestQuery(Jurisdiction):
    """GET requests: by ids, or by service, status and time (of the last 90 days by default).

    `updated_after`, `updated_before`, `page`, `page_size`: the extensions that are in use.
    """

    SEVERAL = frozenset({"service_request_id", "service_code", "status"})

    service_request_id: Annotated[Several, Field(max_length=MOST_LISTED)] = []
    service_code: Several = []
    status: Statuses = []
    start_date: Moment | None = None
    end_date: Moment | None = None
    updated_after: Moment | None = None
    updated_before: Moment | None = None
    page: Annotated[int, Field(ge=1, le=1000)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST_LISTED)] = MOST_LISTED


class Service(Contract):
    """A kind of request. `metadata`: whether it has attributes of its own; none of ours has."""

    service_code: str
    service_name: str
    description: str
    metadata: bool = False
    type: str = "realtime"
    keywords: str = ""
    group: str


class ServiceDefinition(Contract):
    """The attributes of a kind of request."""

    service_code: str
    attributes: list[str] = []


class Endpoint(Contract):
    """Where an API is and what it speaks (wiki.open311.org/Service_Discovery)."""

    specification: str = "http://wiki.open311.org/GeoReport_v2"
    url: str
    changeset: str
    type: Literal["production", "test"]
    formats: list[str] = ["text/xml", "application/json"]


class Discovery(Contract):
    """What there is, and whom to ask."""

    changeset: str
    contact: str = "The property management that runs the community"
    key_service: str = "A manager of the community issues keys, or an official of its sub-district"
    endpoints: list[Endpoint]


class ServiceRequest(Contract):
    """A request as the hotline sees it. `status` knows open and closed; `status_notes` says the rest."""

    service_request_id: str
    status: Status
    status_notes: str
    service_name: str
    service_code: str
    description: str
    agency_responsible: str
    service_notice: str | None = None
    requested_datetime: Instant
    updated_datetime: Instant
    expected_datetime: Instant | None = None
    address: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    lat: Degrees | None = None
    long: Degrees | None = None
    media_url: str | None = None


class Accepted(Contract):
    """What a new request is known by."""

    service_request_id: str
    service_notice: str | None = None
    account_id: str | None = None


class Problem(Contract):
    """An error in Open311's form."""

    code: str
    description: str


class Window(Contract):
    """The span of time a list is about."""

    start: Instant
    end: Instant
