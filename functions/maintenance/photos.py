"""Photos of a ticket: which kinds there are, how many, and where in the bucket each lies."""

from typing import Literal

LARGEST_PHOTO_BYTES = 8 * 1024 * 1024
MOST_PHOTOS = 9
PhotoType = Literal["image/jpeg", "image/png", "image/webp", "image/heic"]


def object_of(community: str, ticket: str, photo: str) -> str:
    """The key of a photo in the bucket."""
    return f"{community}/{ticket}/{photo}"


def type_of(content: bytes) -> PhotoType | None:
    """What kind of photo some bytes are, by how they begin; whoever sent them may call them anything."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1"}:
        return "image/heic"
    return None
