"""What a photo of a ticket may be."""

from typing import Literal

LARGEST_PHOTO_BYTES = 8 * 1024 * 1024
MOST_PHOTOS = 9
PhotoType = Literal["image/jpeg", "image/png", "image/webp"]
HEIC_TYPES = frozenset({"image/heic", "image/heif", "image/avif"})
NO_HEIC = "HEIC and AVIF are not taken, since many browsers cannot show them: send JPEG, PNG or WebP"


class NoPhoto(ValueError):
    """What was sent is no photo that can be shown; the text says why."""
