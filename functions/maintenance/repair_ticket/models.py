"""Reports, lists, timelines and photos as people send and see them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.maintenance.categories import Category, Kind
from functions.maintenance.photos import LARGEST_PHOTO_BYTES, PhotoType
from functions.maintenance.tickets import Capacity, Shelf, State
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.pages import PageQuery


class Report(Contract):
    """What somebody reports. Priority and skill follow from the category."""

    kind: Kind = "repair"
    category: Category
    description: Annotated[str, Field(min_length=3, max_length=1000)]
    building: Id | None = None
    unit: Id | None = None
    asset: Id | None = None

    @model_validator(mode="after")
    def _a_unit_is_in_a_building(self) -> Self:
        if self.unit is not None and self.building is None:
            raise ValueError("unit goes with its building")
        return self


class TicketQuery(PageQuery):
    """Which of the community's tickets: those that wait for a repairer, are worked on, or are over."""

    shelf: Shelf = "waiting"


class TimelineEntry(Contract):
    """Who did what, when, and what they said."""

    version: int
    command: str
    state: State
    by: Capacity
    person: Id | None
    note: str
    at: Instant


class Timeline(Contract):
    """A ticket's whole course, oldest first."""

    items: list[TimelineEntry]


class PhotoWanted(Contract):
    """A photo about to be uploaded."""

    content_type: PhotoType
    size_bytes: Annotated[int, Field(ge=1, le=LARGEST_PHOTO_BYTES)]


class PhotoUpload(Contract):
    """Where to POST the photo as a form: `fields` first, then `file`. Good for five minutes."""

    photo: Id
    url: str
    fields: dict[str, str]


class Photo(Contract):
    """A photo; `url` shows it for five minutes, once it is uploaded."""

    photo: Id
    content_type: str
    added_by: Id
    added_at: Instant
    url: str


class Photos(Contract):
    """All of a ticket's, at most nine."""

    items: list[Photo]


class Incident(Contract):
    """One mass outage; the ticket of the same id is the one that is worked on."""

    incident: Id
    building: Id
    category: str
    last_at: Instant
    tickets: list[Id]
