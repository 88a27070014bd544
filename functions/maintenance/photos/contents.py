"""Photos of a ticket: which kinds there are, how many, where in the bucket each lies, what each gives away.

Phones write where and when a photo was taken, and by which device, into it. All of that is taken out, byte by
byte, and the picture itself is left as it is. Of what is taken out one thing is put back: how the camera was
held (EXIF's orientation), by which every browser and phone turns the picture.
"""

import re
import struct
from collections.abc import Iterator
from zlib import crc32

from functions.maintenance.photos.models import NoPhoto, PhotoType

JPEG, PNG, RIFF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
EXIF = b"Exif\0\0"
UPRIGHT, TURNS = 1, range(2, 9)  # of the orientation (EXIF 2.3, 4.6.4): how it is turned and mirrored
ORIENTATION = 0x0112
JFIF, EXIF_OR_XMP, PROFILE, ADOBE = 0xE0, 0xE1, 0xE2, 0xEE  # application segments
SHOWN_SEGMENTS = {JFIF: b"JFIF\0", PROFILE: b"ICC_PROFILE\0", ADOBE: b"Adobe"}  # by how they begin
SHORT = 3  # of the types of EXIF's values
LENGTH_BYTES = 2
COMMENT, APPLICATION, SCAN, END, FRAMES = 0xFE, range(0xE0, 0xF0), 0xDA, 0xD9, range(0xC0, 0xD0)
NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
SHOWN_CHUNKS = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
        b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
    }
)  # fmt: skip
SHOWN_WEBP = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
WEBP_EXIF, WEBP_XMP = 0x08, 0x04  # flags of VP8X


def type_of(content: bytes) -> PhotoType | None:
    """What kind of photo some bytes are, by how they begin; whoever sent them may call them anything."""
    if content.startswith(JPEG + b"\xff"):
        return "image/jpeg"
    if content.startswith(PNG):
        return "image/png"
    if content[:4] == RIFF and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def is_heic(content: bytes) -> bool:
    """Whether it is what iPhones take unless they are told otherwise, or of that family."""
    return content[4:8] == b"ftyp" and content[8:12] in HEIC


def cleaned(content: bytes) -> tuple[PhotoType, bytes]:
    """The kind of a photo, and the photo without what it gives away. Raises NoPhoto."""
    kind = type_of(content)
    if kind is None:
        raise NoPhoto("no_heic" if is_heic(content) else "no_photo")
    try:
        return kind, {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}[kind](content)
    except (IndexError, struct.error) as error:
        raise NoPhoto("cut_short") from error


def is_photo(content: bytes) -> bool:
    """Whether it can be shown."""
    try:
        cleaned(content)
    except NoPhoto:
        return False
    return True


def orientation_in(exif: bytes) -> int:
    """The orientation in a TIFF structure, as EXIF is one; upright where it cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    try:
        if order is None:
            return UPRIGHT
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, at)
        for number in range(min(entries, 200)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, at + 2 + 12 * number)
            if tag == ORIENTATION:
                return value if kind == SHORT and value in TURNS else UPRIGHT
    except struct.error:
        return UPRIGHT
    return UPRIGHT


def _exif(orientation: int) -> bytes:
    """EXIF that says nothing but how the camera was held."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)


# JPEG: segments up to the picture's end; what follows there (a second picture, a film) is left out as well.


def _jpeg(content: bytes) -> bytes:
    kept, turned, frame, scanned = [JPEG], UPRIGHT, False, False
    for marker, segment in _segments(content):
        payload = segment[4:]
        if marker == EXIF_OR_XMP and payload.startswith(EXIF):
            turned = orientation_in(payload[len(EXIF) :]) if turned == UPRIGHT else turned
        frame |= marker in FRAMES and marker not in NO_FRAMES
        scanned |= marker == SCAN
        if _is_shown(marker, payload):
            kept.append(segment)
    if not frame or not scanned:
        raise NoPhoto("jpeg_without_picture")
    if turned != UPRIGHT:
        body = EXIF + _exif(turned)
        first = 2 if kept[1:2] and kept[1][1] == JFIF else 1
        kept.insert(first, b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
    return b"".join(kept) + b"\xff\xd9"


def _is_shown(marker: int, payload: bytes) -> bool:
    if marker in APPLICATION:  # what else they hold are places, devices, words, more and smaller pictures
        return marker in SHOWN_SEGMENTS and payload.startswith(SHOWN_SEGMENTS[marker])
    return marker != COMMENT


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment up to the end; a scan with the picture's data that follows it."""
    at = len(JPEG)
    while found := _MARKER.search(content, at):
        marker = found[1][0]
        if marker == END:
            return
        begins = found.end()
        (length,) = struct.unpack_from(">H", content, begins)
        ends = begins + length
        if length < LENGTH_BYTES or ends > len(content):
            raise NoPhoto("cut_short")
        if marker == SCAN:
            following = _MARKER.search(content, ends)
            ends = following.start() if following else len(content)
        yield marker, b"\xff" + content[begins - 1 : ends]
        at = ends


# PNG: chunks, each with its own check.


def _png(content: bytes) -> bytes:
    kept, turned, pixels = [PNG], UPRIGHT, False
    for name, data, raw in _chunks(content):
        if name == b"eXIf":
            turned = orientation_in(data)
        pixels |= name == b"IDAT"
        if name in SHOWN_CHUNKS:
            kept.append(raw)
    if not pixels:
        raise NoPhoto("png_without_picture")
    if turned != UPRIGHT:
        body = b"eXIf" + _exif(turned)
        kept.insert(2, struct.pack(">I", len(body) - 4) + body + struct.pack(">I", crc32(body)))
    return b"".join(kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at = len(PNG)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        ends = at + 12 + length
        if ends > len(content):
            raise NoPhoto("cut_short")
        name = content[at + 4 : at + 8]
        yield name, content[at + 8 : at + 8 + length], content[at:ends]
        if name == b"IEND":
            return
        at = ends


# WebP: chunks of a RIFF file; one of them has flags that say which others there are.


def _webp(content: bytes) -> bytes:
    chunks = list(_riff(content))
    exif = next((data for name, data in chunks if name == b"EXIF"), b"")
    turned = orientation_in(exif.removeprefix(EXIF))
    kept = []
    for name, data in chunks:
        if name == b"VP8X":
            flags = data[0] & ~(WEBP_EXIF | WEBP_XMP) | (WEBP_EXIF if turned != UPRIGHT else 0)
            kept.append((name, bytes([flags]) + data[1:]))
        elif name in SHOWN_WEBP:
            kept.append((name, data))
    if not {name for name, _ in kept} & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise NoPhoto("webp_without_picture")
    if turned != UPRIGHT and kept[0][0] == b"VP8X":
        kept.append((b"EXIF", _exif(turned)))
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in kept
    )
    return RIFF + struct.pack("<I", len(body)) + body


def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    (length,) = struct.unpack_from("<I", content, 4)
    at, end = 12, min(len(content), length + 8)
    while at + 8 <= end:
        (size,) = struct.unpack_from("<I", content, at + 4)
        if at + 8 + size > end:
            raise NoPhoto("cut_short")
        yield content[at : at + 4], content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
