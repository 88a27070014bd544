"""HTTP requests to others: payment providers, message gateways."""

import logging
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests import Session

BACKOFF_S = 0.2


@cache
def session(retries: int, busy: tuple[int, ...]) -> "Session":
    """A session that asks again so often while it cannot connect or the answer is one of `busy`, and once
    after silence; the last answer is returned as it is.

    Only for requests that do no more twice than once. No proxy, and no `.netrc`, which would replace a
    signature of ours; a `Retry-After` is not waited for, since a Lambda function is paid by the second. Nor
    does urllib3 tell of a connection that broke: it would log the address, which may bear a token.
    """
    import requests  # noqa: PLC0415  0.4 s of a cold start, which only those who send pay
    from requests.adapters import HTTPAdapter  # noqa: PLC0415
    from urllib3 import Retry  # noqa: PLC0415

    logging.getLogger("urllib3").setLevel(logging.ERROR)
    again = Retry(
        total=retries,
        read=1,
        redirect=False,
        status_forcelist=busy,
        allowed_methods=None,
        backoff_factor=BACKOFF_S,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "linli"
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=again))
    return session
