"""Photos in the bucket: as they were uploaded, until they have been looked at; then as people see them."""

import os
from typing import Any

from functions.maintenance.photos.contents import cleaned
from linli import uploads
from linli.aws import client, error_code
from linli.errors import Unavailable
from linli.uploads import UploadForm

SIGNED_FOR_S = 300
GONE = frozenset({"NoSuchKey", "404", "NotFound"})


def upload_form(community: str, ticket: str, photo: str, content_type: str, size_bytes: int) -> UploadForm:
    """A form, signed for one key, one type and so many bytes; good for five minutes."""
    return uploads.upload_form(
        _bucket(),
        object_of(community, ticket, photo),
        content_type=content_type,
        largest_bytes=size_bytes,
        good_for_s=SIGNED_FOR_S,
    )


def address(community: str, ticket: str, photo: str) -> str:
    """Where the photo can be seen, for five minutes."""
    return uploads.address(_bucket(), shown_object_of(community, ticket, photo), good_for_s=SIGNED_FOR_S)


def read_upload(community: str, ticket: str, photo: str) -> bytes | None:
    """What was uploaded, if anything was. Raises Unavailable."""
    content: bytes | None = _asked("get_object", object_of(community, ticket, photo))
    return content


def write_shown(community: str, ticket: str, photo: str, content: bytes) -> str:
    """Put a photo into the bucket as people shall see it, and nothing of how it came. Returns its kind.

    Raises NoPhoto, Unavailable.
    """
    kind, shown = cleaned(content)
    _asked("put_object", shown_object_of(community, ticket, photo), Body=shown, ContentType=kind)
    return kind


def remove_upload(community: str, ticket: str, photo: str) -> None:
    """Remove what was uploaded. Raises Unavailable."""
    _asked("delete_object", object_of(community, ticket, photo))


def remove_shown(community: str, ticket: str, photo: str) -> None:
    """Remove what people see. Raises Unavailable."""
    _asked("delete_object", shown_object_of(community, ticket, photo))


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
        raise Unavailable("photos_not_now") from error
    except BotoCoreError as error:
        raise Unavailable("photos_not_now") from error


def _bucket() -> str:
    return os.environ["LINLI_PHOTO_BUCKET"]


def object_of(community: str, ticket: str, photo: str) -> str:
    """The key under which a photo is uploaded, as it is."""
    return f"{community}/{ticket}/{photo}"


def shown_object_of(community: str, ticket: str, photo: str) -> str:
    """The key of the photo that people get to see."""
    return f"{object_of(community, ticket, photo)}/shown"
