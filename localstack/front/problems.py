"""What the front refuses by itself, as the APIs do: RFC 9457, `application/problem+json`."""

import json

from werkzeug.wrappers import Response

TITLES = {
    "invalid-request": (400, "The request is not valid"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "The method is not allowed here"),
    "payload-too-large": (413, "The request is too large"),
    "wrong-host": (421, "This is not the address of the front"),
    "unavailable": (502, "The local cloud does not answer"),
    "timeout": (504, "The local cloud did not answer in time"),
}


def problem(slug: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """One of `TITLES`, with what can be done about it."""
    status, title = TITLES[slug]
    body = {"type": f"urn:linli:problem:{slug}", "title": title, "status": status, "detail": detail}
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(json.dumps(body), status, sent, content_type="application/problem+json")
