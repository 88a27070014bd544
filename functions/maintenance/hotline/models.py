"""Open311 GeoReport v2: arguments in, resources out (wiki.open311.org/GeoReport_v2)."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

Status = Literal["open", "closed"]


class Arguments(Contract):
    """Arguments of a form or query: all text. Those we have no use for, a caller's name say, are not kept."""

    model_config = Contract.model_config | {"extra": "ignore", "strict": False}


class RequestWanted(Arguments):
    """POST requests. Some location is needed; a sub-district's key also needs `jurisdiction_id`."""

    service_code: Annotated[str, Field(max_length=64)]
    jurisdiction_id: Id | None = None
    description: Annotated[str, Field(max_length=700)] = ""
    address_string: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    address_id: Annotated[str, Field(min_length=1, max_length=129)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    long: Annotated[float, Field(ge=-180, le=180)] | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.lat is None) != (self.long is None):
            raise ValueError("lat and long go together")
        if self.lat is None and self.address_string is None and self.address_id is None:
            raise ValueError("lat and long, address_string or address_id is needed")
        return self


class RequestQuery(Arguments):
    """GET requests: by ids, or by service, status and time (of the last 90 days by default)."""

    service_request_id: Annotated[str, Field(max_length=3300)] = ""
    service_code: Annotated[str, Field(max_length=1000)] = ""
    status: Annotated[str, Field(max_length=20)] = ""
    start_date: Instant | None = None
    end_date: Instant | None = None


class Service(Contract):
    """A kind of request."""

    service_code: str
    service_name: str
    description: str
    metadata: str = "false"
    type: str = "realtime"
    keywords: str = ""
    group: str


class ServiceRequest(Contract):
    """A request as the hotline sees it. `status` knows open and closed; `status_notes` says the rest."""

    service_request_id: str
    status: Status
    status_notes: str
    service_name: str
    service_code: str
    description: str
    agency_responsible: str
    service_notice: str = ""
    requested_datetime: str
    updated_datetime: str
    expected_datetime: str
    address: str = ""
    address_id: str = ""
    zipcode: str = ""
    lat: str = ""
    long: str = ""
    media_url: str = ""


class Accepted(Contract):
    """What a new request is known by."""

    service_request_id: str
    service_notice: str = ""
    account_id: str = ""


class Problem(Contract):
    """An error in Open311's form."""

    code: str
    description: str


class Window(Contract):
    """The span of time a list is about."""

    start: datetime
    end: datetime
