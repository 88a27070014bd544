"""Photos: whatever a camera wrote about the place and itself is gone, and the picture stays as it was."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.photos.contents import cleaned, is_photo, orientation_in, type_of
from functions.maintenance.photos.models import NoPhoto
from tests.unit.maintenance.pictures import PIXELS, SECRET, exif, heic, jpeg, png, webp

KINDS: dict[str, Callable[..., bytes]] = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp}


def exif_of(photo: bytes) -> bytes:
    """The EXIF that is left in a photo."""
    at = photo.find(b"MM\0*")
    return photo[at:] if at >= 0 else b""


@pytest.mark.parametrize("kind", KINDS)
@given(orientation=st.integers(0, 9), secret=st.binary(min_size=12, max_size=60))
def test_nothing_that_a_camera_wrote_is_left_but_how_it_was_held(
    kind: str, orientation: int, secret: bytes
) -> None:
    secret = b"where?" + secret
    found, shown = cleaned(KINDS[kind](orientation, secret=secret))
    assert (found, type_of(shown)) == (kind, kind)
    assert secret not in shown
    assert PIXELS[1:] in shown
    turned = orientation if 2 <= orientation <= 8 else 1
    assert orientation_in(exif_of(shown)) == turned
    assert cleaned(shown) == (kind, shown), "once is enough"


def test_colours_stay_and_a_second_picture_goes() -> None:
    _, shown = cleaned(jpeg(6, behind=jpeg(3)))
    assert b"ICC_PROFILE" in shown
    assert b"JFIF" in shown
    assert shown.count(b"\xff\xd8") == 1
    assert shown.endswith(b"\xff\xd9")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_is_cut_short_is_a_photo_without_secrets_or_none(kind: str, data: st.DataObject) -> None:
    whole = KINDS[kind](6)
    part = whole[: data.draw(st.integers(0, len(whole)))]
    if is_photo(part):
        assert SECRET not in cleaned(part)[1]
    else:
        with pytest.raises(NoPhoto, match=r"."):
            cleaned(part)


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"GIF89a"]),
    st.binary(),
)
def test_any_bytes_are_a_photo_or_refused_with_a_word(begins: bytes, follows: bytes) -> None:
    content = begins + follows
    if is_photo(content):
        assert cleaned(content)[0] == type_of(content)
    else:
        with pytest.raises(NoPhoto, match=r"it is|HEIC"):
            cleaned(content)


def test_heic_is_refused_by_its_bytes_with_a_way_out() -> None:
    with pytest.raises(NoPhoto, match="send JPEG"):
        cleaned(heic())


@given(st.binary(max_size=80))
def test_any_exif_has_an_orientation(content: bytes) -> None:
    assert orientation_in(content) in range(1, 9)
    assert orientation_in(b"II*\0" + content) in range(1, 9)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_both_byte_orders_are_read(orientation: int) -> None:
    assert orientation_in(exif(orientation)) == orientation
