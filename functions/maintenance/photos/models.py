"""What a photo of a ticket may be."""

from typing import Literal

from linli.errors import InvalidField

LARGEST_PHOTO_BYTES = 8 * 1024 * 1024
MOST_PHOTOS = 9
PhotoType = Literal["image/jpeg", "image/png", "image/webp"]
HEIC_TYPES = frozenset({"image/heic", "image/heif", "image/avif"})


class NoPhoto(InvalidField):
    """What was sent is no photo that can be shown; the code says why."""
