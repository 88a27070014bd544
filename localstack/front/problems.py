"""What the front refuses by itself, as the APIs do: RFC 9457, `application/problem+json`, in the language
that is asked for.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from linli.words import language_of

WORDS: Mapping[str, Mapping[str, Any]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
STATUSES = {
    "invalid-request": 400,
    "not-found": 404,
    "method-not-allowed": 405,
    "payload-too-large": 413,
    "range-not-satisfiable": 416,
    "wrong-host": 421,
    "headers-too-large": 431,
    "internal": 500,
    "not-implemented": 501,
    "unavailable": 502,
    "timeout": 504,
}
SLUGS = {status: slug for slug, status in STATUSES.items()}


def problem(
    accepted: str | None, code: str, headers: Mapping[str, str] | None = None, **parameters: object
) -> Response:
    """One of the `refusals` of the words: its slug, and what can be done about it. `accepted`: languages."""
    language = language_of(accepted)
    slug, detail = WORDS[language]["refusals"][code]
    body = {
        "type": f"urn:linli:problem:{slug}",
        "title": WORDS[language]["problems"][slug],
        "status": STATUSES[slug],
        "code": code,
        **({"parameters": parameters} if parameters else {}),
        "detail": detail.format(**parameters),
    }
    sent = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language",
        **(headers or {}),
    }
    written = json.dumps(body, ensure_ascii=False)
    return Response(written, STATUSES[slug], sent, content_type="application/problem+json")


def accepted(request: Request) -> str | None:
    """The languages that a client reads, as it says."""
    return request.headers.get("Accept-Language")
