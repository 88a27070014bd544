"""What a hotline's API key looks like, and where in a call it may stand."""

from base64 import b64decode


def key_in(authorization: str) -> str:
    """The key in a header of HTTP's Basic scheme (RFC 7617), as password or user: a client that sends no
    `api_key` when it reads can still have it in its URL. Empty if there is none.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return ""
    user, _, password = text.partition(":")
    return password or user
