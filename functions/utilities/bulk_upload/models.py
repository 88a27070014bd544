"""Files of readings: where to put them, their rows, how they ended."""

from typing import Annotated, Any, Literal
from urllib.parse import unquote_plus

from pydantic import BeforeValidator

from functions.utilities.meters.models import Obis, Value
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

FileFormat = Literal["csv", "jsonl"]
CONTENT_TYPES: dict[FileFormat, str] = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
LARGEST_FILE = 16 * 1024 * 1024
MOST_ROWS = 100_000


class UploadAsked(Contract):
    """What kind of file is to come. CSV begins with a header: `meter,obis,measured_at,value,estimated`."""

    format: FileFormat


class UploadPlace(Contract):
    """Where to put the file: a form POST of `fields` and then `file`, to `url`, within the hour."""

    upload: Id
    url: str
    fields: dict[str, str]
    largest_bytes: int
    most_rows: int


class Upload(Contract):
    """A file and how it ended: rows by outcome, and where the report is, for a quarter of an hour."""

    upload: Id
    format: FileFormat
    by: Id
    at: Instant
    finished_at: Instant | None = None
    counts: dict[str, int] = {}
    report_url: str | None = None


def _truth(value: Any) -> Any:
    return {"true": True, "1": True, "false": False, "0": False, "": False}.get(value, value)


class FileRow(Contract):
    """A row of a file."""

    model_config = Contract.model_config | {"strict": False}
    meter: Id
    obis: Obis | None = None
    measured_at: Instant
    value: Value
    estimated: Annotated[bool, BeforeValidator(_truth)] = False


class _Lenient(Contract):
    model_config = Contract.model_config | {"extra": "ignore", "strict": False}


class _Object(_Lenient):
    key: Annotated[str, BeforeValidator(lambda key: unquote_plus(key) if isinstance(key, str) else key)]


class _Storage(_Lenient):
    object: _Object


class Stored(_Lenient):
    """One object that was stored."""

    s3: _Storage
    eventTime: Instant  # noqa: N815  the name S3 gives it


class Notification(_Lenient):
    """What S3 puts into the queue; when notifications are set up, a test event without records."""

    Records: list[Stored] = []
