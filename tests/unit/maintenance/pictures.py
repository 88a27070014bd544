"""Photos as phones make them: small ones, with a place, a device and a word that nobody needs to know."""

import struct
from zlib import crc32

SECRET = b"31.2304N 121.4737E by Phone 17"
PIXELS = bytes(range(1, 200))


def exif(orientation: int = 1, secret: bytes = SECRET) -> bytes:
    """A TIFF structure with an orientation, and a place after it."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack("<HHII", 0x8825, 4, 1, 38)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + secret


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(orientation: int = 1, *, secret: bytes = SECRET, behind: bytes = b"") -> bytes:
    """EXIF, XMP, IPTC, a comment and a second picture around some pixels; `behind`: what follows them."""
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xE0, b"JFXX\0\x10" + secret),
            segment(0xE1, b"Exif\0\0" + exif(orientation, secret)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + secret),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"),
            segment(0xE2, b"MPF\0" + secret),
            segment(0xED, b"Photoshop 3.0\0" + secret),
            segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
            segment(0xEE, secret),
            segment(0xFE, secret),
            segment(0xDB, bytes(65)),
            segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
            segment(0xC4, bytes(20)),
            segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            PIXELS.replace(b"\xff", b""),
            b"\xff\0\xff\xd0",
            PIXELS,
            b"\xff\xd9",
            behind or jpeg_behind(secret),
        )
    )


def jpeg_behind(secret: bytes) -> bytes:
    """What a phone appends: a film of the moment."""
    return b"ftypmp42" + secret


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))


def png(orientation: int = 1, *, secret: bytes = SECRET) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            chunk(b"eXIf", exif(orientation, secret)),
            chunk(b"tEXt", b"Comment\0" + secret),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + secret),
            chunk(b"tIME", bytes(7)),
            chunk(b"IDAT", PIXELS),
            chunk(b"IEND", b""),
            secret,
        )
    )


def webp(orientation: int = 1, *, secret: bytes = SECRET) -> bytes:
    parts = (
        (b"VP8X", bytes([0x0C]) + bytes(9)),
        (b"VP8 ", PIXELS),
        (b"EXIF", exif(orientation, secret)),
        (b"XMP ", secret),
    )
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body + secret


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + SECRET
