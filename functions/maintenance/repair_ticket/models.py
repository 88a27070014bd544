"""Reports, lists, timelines and photos as people send and see them."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from functions.maintenance.photos.models import HEIC_TYPES, LARGEST_PHOTO_BYTES, PhotoType
from functions.maintenance.reports.models import Category, Kind
from functions.maintenance.tickets.models import Capacity, Correction, Shelf, State
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.pages import PageQuery
from linli.texts import Words
from linli.told import Told


class Report(Contract):
    """What somebody reports. Priority and skill follow from the category."""

    kind: Kind = "repair"
    category: Category
    description: Annotated[Words, Field(max_length=1000)]
    building: Id | None = None
    unit: Id | None = None
    asset: Id | None = None

    @model_validator(mode="after")
    def _a_unit_is_in_a_building(self) -> Self:
        if self.unit is not None and self.building is None:
            raise InvalidField("unit_with_building")
        return self


class TicketQuery(PageQuery):
    """Which of the community's tickets: those that wait for a repairer, are worked on, or are over."""

    shelf: Shelf = "waiting"


class TimelineEntry(Contract):
    """Who did what, when, and what they said. `was`: what it was taken for until it was put right."""

    version: int
    command: str
    state: State
    by: Capacity
    person: Id | None
    note: Told
    was: Correction | None
    at: Instant


class Timeline(Contract):
    """A ticket's whole course, oldest first."""

    items: list[TimelineEntry]


def _no_heic(content_type: Any) -> Any:
    if content_type in HEIC_TYPES:
        raise InvalidField("no_heic")
    return content_type


class PhotoWanted(Contract):
    """A photo about to be uploaded."""

    content_type: Annotated[PhotoType, BeforeValidator(_no_heic)]
    size_bytes: Annotated[int, Field(ge=1, le=LARGEST_PHOTO_BYTES)]


class PhotoUpload(Contract):
    """Where to POST the photo as a form: `fields` first, then `file`. Good for five minutes."""

    photo: Id
    url: str
    fields: dict[str, str]


class Photo(Contract):
    """A photo; `url` shows it for five minutes. Where and by what it was taken is no longer in it."""

    photo: Id
    content_type: str
    added_by: Id
    added_at: Instant
    url: str


class PhotoRefused(Contract):
    """What was uploaded and is not shown, and why."""

    photo: Id
    added_by: Id
    why: Told


class Photos(Contract):
    """All of a ticket's that have been uploaded, at most nine; `refused`: what was, and is no photo."""

    items: list[Photo]
    refused: list[PhotoRefused]


class Incident(Contract):
    """One mass outage; the ticket of the same id is the one that is worked on."""

    incident: Id
    building: Id
    category: str
    last_at: Instant
    tickets: list[Id]
