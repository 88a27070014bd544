"""Photos in the bucket: as they were uploaded, until they have been looked at; then as people see them."""

import os
from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.update import Action

from functions.maintenance.photos.contents import NoPhoto, cleaned, object_of, shown_object_of
from functions.maintenance.tickets.rows import PhotoRow
from linli.aws import client, error_code
from linli.errors import Unavailable
from linli.tables import ConditionsFailed, Row, change, read

SIGNED_FOR_S = 300
LOOKED_AT_AFTER = timedelta(seconds=SIGNED_FOR_S + 60)  # nothing more can be uploaded then
GONE = frozenset({"NoSuchKey", "404", "NotFound"})
NOT_NOW = "photos cannot be kept at the moment: send it again later, or without them"


def upload(community: str, ticket: str, photo: str, content_type: str, size_bytes: int) -> dict[str, Any]:
    """A form, signed for one key, one type and so many bytes; good for five minutes."""
    signed: dict[str, Any] = client("s3").generate_presigned_post(
        _bucket(),
        object_of(community, ticket, photo),
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, size_bytes]],
        ExpiresIn=SIGNED_FOR_S,
    )
    return signed


def address(community: str, ticket: str, photo: str) -> str:
    """Where the photo can be seen, for five minutes."""
    where = {"Bucket": _bucket(), "Key": shown_object_of(community, ticket, photo)}
    return str(client("s3").generate_presigned_url("get_object", Params=where, ExpiresIn=SIGNED_FOR_S))


def uploaded(community: str, ticket: str, photo: str) -> bytes | None:
    """What was uploaded, if anything was. Raises Unavailable."""
    content: bytes | None = _asked("get_object", object_of(community, ticket, photo))
    return content


def keep(community: str, ticket: str, photo: str, content: bytes) -> str:
    """Keep a photo as people shall see it, and nothing of how it came. Returns its kind.

    Raises NoPhoto, Unavailable.
    """
    kind, shown = cleaned(content)
    _asked("put_object", shown_object_of(community, ticket, photo), Body=shown, ContentType=kind)
    return kind


def drop(community: str, ticket: str, photo: str) -> None:
    """Remove what was uploaded. Raises Unavailable."""
    _asked("delete_object", object_of(community, ticket, photo))


def looked_at(row: PhotoRow) -> PhotoRow | None:
    """A photo once it has been looked at: shown, or refused with the reason; None if it was never uploaded.

    Whoever looks first decides. Raises Unavailable.
    """
    if row.shown or row.refused:
        return row
    community, _, ticket = row.pk.partition("#ticket#")
    content = uploaded(community, ticket, row.photo)
    if content is None:
        now = read([(row.pk, row.sk)]).one(PhotoRow, (row.pk, row.sk))
        return now if now is not None and (now.shown or now.refused) else None
    try:
        row.content_type, row.shown = keep(community, ticket, row.photo, content), True
    except NoPhoto as error:
        row.refused = str(error)
    said: list[Action] = [PhotoRow.content_type.set(row.content_type)]
    said += [PhotoRow.shown.set(True)] if row.shown else [PhotoRow.refused.set(row.refused or "")]
    try:
        change(row, said, PhotoRow.photo == row.photo)
    except ConditionsFailed:  # its place is another's by now
        return None
    drop(community, ticket, row.photo)
    return row


def settle(key: tuple[str, str], now: datetime) -> str:
    """What becomes of a photo once nobody can upload it any more: one that nobody did leaves its place.

    Returns the outcome. Raises Unavailable.
    """
    row = read([key]).one(PhotoRow, key)
    if row is None or row.due_at is None or row.due_at > now:
        return "nothing_due"
    found = looked_at(row)
    same = PhotoRow.photo == row.photo
    try:
        if found is None:
            row.delete(condition=same & PhotoRow.shown.does_not_exist())
            return "never_uploaded"
        community, _, ticket = row.pk.partition("#ticket#")
        drop(community, ticket, row.photo)  # what came again after it was looked at
        change(row, PhotoRow.no_longer_due(), same & Row.pk.exists())
    except ConditionsFailed:
        return "nothing_due"
    return "shown" if found.shown else "refused"


def _asked(operation: str, key: str, **more: Any) -> Any:
    """What the bucket answers: the body of a get, None where there is nothing. Whatever goes wrong with it is
    not the caller's fault, and passes.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  only who has photos pays for it

    try:
        answer = getattr(client("s3"), operation)(Bucket=_bucket(), Key=key, **more)
        return answer["Body"].read() if operation == "get_object" else None
    except ClientError as error:
        if error_code(error) in GONE:
            return None
        raise Unavailable(NOT_NOW) from error
    except BotoCoreError as error:
        raise Unavailable(NOT_NOW) from error


def _bucket() -> str:
    return os.environ["LINLI_PHOTO_BUCKET"]
