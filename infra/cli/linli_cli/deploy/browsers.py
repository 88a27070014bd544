"""What a page of ours may do in a browser, on every stage and behind the local front."""

from collections.abc import Iterable


def content_security_policy(connect: Iterable[str] = (), photos: Iterable[str] = ()) -> str:
    """`connect`: origins that pages ask beside their own. `photos`: where photos are sent to and shown from.

    Inline styles are allowed since component libraries set them; inline scripts are not.
    """
    places = list(photos)
    policy = {
        "default-src": ["'self'"],
        "connect-src": ["'self'", *connect, *places],
        "img-src": ["'self'", "data:", "blob:", *places],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'", *connect],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())
