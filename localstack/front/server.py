"""The server under the site: what it refuses before anybody is asked, it refuses as the site does."""

from typing import Any

import waitress.server
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from localstack.front.problems import problem
from localstack.front.site import secured

LARGEST_HEADERS = 32 * 1024  # bytes
LARGEST_BODY = 20 * 1024 * 1024
TOLD: dict[int, tuple[str, dict[str, object]]] = {
    413: ("body_too_large", {"most": LARGEST_BODY}),
    431: ("headers_too_large", {"most": LARGEST_HEADERS}),
    500: ("failed", {}),
    501: ("encoding_unknown", {}),
}


class Refusal(ErrorTask):  # type: ignore[misc]  # untyped
    """An answer to what is no request."""

    def execute(self) -> None:
        code, parameters = TOLD.get(self.request.error.code, ("request_odd", {}))
        accepted = getattr(self.request, "headers", {}).get("ACCEPT_LANGUAGE")
        response = secured(problem(accepted, code, **parameters), ())
        body = response.get_data()
        self.status = response.status
        self.response_headers.extend(response.headers.to_wsgi_list())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]  # untyped
    """A connection of a client."""

    error_task_class = Refusal


def listening(site: Any, host: str, port: int, threads: int) -> Any:
    """The server, which `run` runs."""
    server = waitress.server.create_server(
        site,
        host=host,
        port=port,
        threads=threads,
        connection_limit=1000,
        max_request_body_size=LARGEST_BODY,
        max_request_header_size=LARGEST_HEADERS,
        asyncore_use_poll=True,
        ident=None,
    )
    server.channel_class = Channel
    return server
