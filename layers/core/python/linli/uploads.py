"""Uploads straight into a bucket: a form that is signed for one key, one type and a size, and for a while."""

from typing import NamedTuple

from linli.aws import client


class UploadForm(NamedTuple):
    """Where a file goes: a form POST of `fields` and then `file`, to `url`."""

    url: str
    fields: dict[str, str]


def upload_form(
    bucket: str, key: str, *, content_type: str, largest_bytes: int, good_for_s: int
) -> UploadForm:
    """The form for one object of at most so many bytes; S3 refuses whatever differs from what is signed."""
    signed = client("s3").generate_presigned_post(
        bucket,
        key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, largest_bytes]],
        ExpiresIn=good_for_s,
    )
    return UploadForm(signed["url"], signed["fields"])


def address(bucket: str, key: str, *, good_for_s: int) -> str:
    """Where an object can be read by whoever has the address, for a while."""
    where = {"Bucket": bucket, "Key": key}
    return str(client("s3").generate_presigned_url("get_object", Params=where, ExpiresIn=good_for_s))
