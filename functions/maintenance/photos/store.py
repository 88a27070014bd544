"""Photos in the table and in the bucket together: what becomes of what was uploaded."""

from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from functions.maintenance.photos.client import (
    SIGNED_FOR_S,
    read_upload,
    remove_shown,
    remove_upload,
    write_shown,
)
from functions.maintenance.photos.models import NoPhoto
from functions.maintenance.photos.rows import PhotoRow
from linli.tables import ConditionsFailed, Row, change, read

LOOKED_AT_AFTER = timedelta(seconds=SIGNED_FOR_S + 60)  # nothing more can be uploaded then


def looked_at(row: PhotoRow) -> PhotoRow | None:
    """A photo once it has been looked at: shown, or refused with the reason; None if it was never uploaded.

    Whoever looks first decides. Raises Unavailable.
    """
    if row.shown or row.refused:
        return row
    community, ticket, _ = PhotoRow.key.parts(row)
    content = read_upload(community, ticket, row.photo)
    if content is None:
        now = read([(row.pk, row.sk)]).one(PhotoRow, (row.pk, row.sk))
        return now if now is not None and (now.shown or now.refused) else None
    try:
        row.content_type, row.shown = write_shown(community, ticket, row.photo, content), True
    except NoPhoto as error:
        row.refused = str(error)
    said: list[Action] = [PhotoRow.content_type.set(row.content_type)]
    said += [PhotoRow.shown.set(True)] if row.shown else [PhotoRow.refused.set(row.refused or "")]
    try:
        change(row, said, PhotoRow.photo == row.photo)
    except ConditionsFailed:  # its place is another's by now
        return None
    remove_upload(community, ticket, row.photo)
    return row


def end_upload(key: tuple[str, str], now: datetime) -> str:
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
        community, ticket, _ = PhotoRow.key.parts(row)
        remove_upload(community, ticket, row.photo)  # what came again after it was looked at
        change(row, PhotoRow.no_longer_due(), same & Row.pk.exists())
    except ConditionsFailed:
        return "nothing_due"
    return "shown" if found.shown else "refused"


def remove(row: Row) -> None:
    """Remove what is in the bucket of a photo whose row is to go. Raises Unavailable."""
    if isinstance(row, PhotoRow):
        community, ticket, _ = PhotoRow.key.parts(row)
        remove_upload(community, ticket, row.photo)
        remove_shown(community, ticket, row.photo)
