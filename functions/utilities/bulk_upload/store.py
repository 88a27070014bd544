"""Files in S3, their rows entered as readings, their reports back in S3."""

import os
from collections import defaultdict
from datetime import datetime

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from functions.utilities.bulk_upload.domain import Line, report, rows
from functions.utilities.bulk_upload.models import (
    CONTENT_TYPES,
    LARGEST_FILE,
    MOST_ROWS,
    FileFormat,
    FileRow,
    Upload,
    UploadAsked,
    UploadPlace,
)
from functions.utilities.intake.models import Batch, Offered
from functions.utilities.intake.store import take
from linli.aws import client
from linli.contracts import shown_as
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.ids import is_id
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import unnamed
from linli.tables import InstantAttribute, Row, Transaction, read
from linli.uploads import address, upload_form

TO_UPLOAD_S = 3600
TO_DOWNLOAD_S = 900
METERS_AT_ONCE = 90


class UploadRow(Row, discriminator="reading_file"):
    """A file of readings, and how it ended."""

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{community}#uploads", "{upload}")

    format = UnicodeAttribute()
    by = UnicodeAttribute()
    at = InstantAttribute()
    finished_at = InstantAttribute(null=True)
    counts: JSONAttribute = JSONAttribute(null=True)


def _bucket() -> str:
    return os.environ["LINLI_UPLOADS_BUCKET"]


def _file(community: str, upload: str) -> str:
    return f"files/{community}/{upload}"


def _report(community: str, upload: str) -> str:
    return f"reports/{community}/{upload}.csv"


def prepare(community: str, asked: UploadAsked, by: str, creation: Creation) -> UploadPlace:
    """Make a place for a file. Raises IdempotencyKeyReused."""

    def attempt() -> str:
        transaction = Transaction()
        row = UploadRow(*UploadRow.key(community, creation.id), format=asked.format, by=by, at=creation.at)
        transaction.put("upload", row)  # nobody else has this id: again, it is the same
        creation.claim(transaction)
        transaction.commit()
        return creation.id

    upload = creation.once(attempt, lambda earlier: earlier)
    form = upload_form(
        _bucket(),
        _file(community, upload),
        content_type=CONTENT_TYPES[asked.format],
        largest_bytes=LARGEST_FILE,
        good_for_s=TO_UPLOAD_S,
    )
    return UploadPlace(
        upload=upload,
        url=form.url,
        fields=form.fields,
        largest_bytes=LARGEST_FILE,
        most_rows=MOST_ROWS,
    )


def find(community: str, upload: str) -> Upload:
    """A file and how it ended. Raises NotFound."""
    row = _row(community, upload)
    url = None
    if row.finished_at is not None:
        url = address(_bucket(), _report(community, upload), good_for_s=TO_DOWNLOAD_S)
    return shown_as(Upload, row, upload=upload, format=_format(row), counts=row.counts or {}, report_url=url)


def process(key: str, now: datetime) -> str:
    """Enter the rows of a stored file, and store its report. Again changes nothing but the report.

    Raises NotFound for a file that nobody was given a place for, Unavailable.
    """
    parts = key.split("/")
    if len(parts) != 3 or not all(map(is_id, parts[1:])):  # noqa: PLR2004  files/<community>/<upload>
        raise NotFound
    _, community, upload = parts
    row = _row(community, upload)
    stored = client("s3").get_object(Bucket=_bucket(), Key=key)
    found = list(rows(stored["Body"].iter_lines(), _format(row)))
    outcomes = enter(community, found, f"upload-{upload}", now)
    text, counts = report(found, outcomes)
    client("s3").put_object(
        Bucket=_bucket(), Key=_report(community, upload), Body=text, ContentType="text/csv; charset=utf-8"
    )
    transaction = Transaction()
    done = [UploadRow.finished_at.set(now), UploadRow.counts.set(counts)]
    transaction.update("upload", row, done)
    transaction.commit()
    return "processed" if set(counts) <= {"kept", "duplicate"} else "processed_in_part"


def enter(community: str, lines: list[Line], cause: str, now: datetime) -> dict[int, str]:
    """Enter rows, some meters at a time. What became of each line."""
    by_meter: dict[str, list[tuple[int, FileRow]]] = defaultdict(list)
    for each in lines:
        if each.row is not None:
            by_meter[each.row.meter].append((each.number, each.row))
    outcomes: dict[int, str] = {}
    meters = sorted(by_meter)
    for first in range(0, len(meters), METERS_AT_ONCE):
        numbered = [one for meter in meters[first : first + METERS_AT_ONCE] for one in by_meter[meter]]
        offered = [
            Offered(row.meter, row.obis, row.measured_at, row.value, row.estimated) for _, row in numbered
        ]
        ended = take(Batch(community, offered, cause, now))
        outcomes |= {number: outcome for (number, _), outcome in zip(numbered, ended, strict=True)}
    return outcomes


def _row(community: str, upload: str) -> UploadRow:
    key = UploadRow.key(community, upload)
    row = read([key]).get(key)
    if not isinstance(row, UploadRow):
        raise NotFound
    return row


def _format(row: UploadRow) -> FileFormat:
    return "csv" if row.format == "csv" else "jsonl"
