"""One origin for all of it: pages, their settings, documents, the APIs, and the local issuer."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from traceback import print_exc
from typing import Any

from werkzeug.exceptions import HTTPException, RequestedRangeNotSatisfiable
from werkzeug.security import safe_join
from werkzeug.utils import redirect, send_file
from werkzeug.wrappers import Request, Response

from linli_cli.deploy import pages
from linli_cli.deploy.browsers import content_security_policy
from linli_cli.errors import CommandError
from localstack.front import choosing, oidc
from localstack.front.passing import PREFIX, Passing, leaves
from localstack.front.problems import accepted, problem
from localstack.front.settings import Settings, SettingsFile

HOSTS = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
"""Whom we answer as. Any other name is one that somebody has pointed at this machine (DNS rebinding)."""
DOCUMENTS = "/docs/"
LONGEST_NAME, LONGEST_PATH = 255, 1024  # bytes, of a file system
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".yaml": "application/yaml",
}
TYPES |= {".woff2": "font/woff2", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


class Site:
    """A WSGI application."""

    def __init__(self, settings: SettingsFile, passing: Passing, issuer: oidc.Issuer) -> None:
        self._settings, self._passing, self._issuer = settings, passing, issuer

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        response = self._guarded(request, environ)
        return response(environ, start)

    def _guarded(self, request: Request, environ: dict[str, Any]) -> Response:
        host, languages = environ.get("HTTP_HOST", ""), accepted(request)
        if not HOSTS.fullmatch(host):
            address = f"http://127.0.0.1:{environ['SERVER_PORT']}/"
            return secured(problem(languages, "host_other", address=address), ())
        target = environ["REQUEST_URI"]
        if not target.startswith("/"):
            return secured(problem(languages, "target_odd"), ())
        try:
            settings = self._settings.now()
        except OSError:
            return secured(choosing.told(request, "starting", status=503), ())
        try:
            response = self._answer(request, f"http://{host}", target, settings)
        except RequestedRangeNotSatisfiable as error:
            sent = {"Content-Range": f"bytes */{error.length}"}
            response = problem(languages, "range_none", sent, length=error.length)
        except HTTPException:
            response = problem(languages, "request_odd")
        except CommandError as error:
            response = problem(languages, "command_failed", why=str(error))
        except Exception:  # noqa: BLE001  told as one of ours, with the headers of all
            print_exc()
            response = problem(languages, "failed")
        return secured(response, settings.uploads)

    def _answer(self, request: Request, origin: str, target: str, settings: Settings) -> Response:
        if target.startswith(PREFIX):
            return self._passing.answer(request, target, settings.services)
        answered = self._issuer.answer(request, origin, settings)
        if answered is not None:
            return answered
        if request.method not in ("GET", "HEAD"):
            sent = {"Allow": "GET, HEAD"}
            return problem(accepted(request), "method_no", sent, methods=sent["Allow"])
        if request.path == "/config.json":
            return oidc.said(
                pages.config(settings.stage, oidc.metadata(origin), list(settings.services)),
                headers={"Cache-Control": ASKED_AGAIN},
            )
        if (request.path + "/").startswith(DOCUMENTS):
            return file_of(
                request,
                settings.documents,
                request.path[len(DOCUMENTS) - 1 :] or "",
                lambda: choosing.told(request, "no_documents", "make documents", 404),
            )
        return file_of(
            request,
            settings.pages,
            request.path,
            lambda: choosing.told(request, "no_pages", "make console", 404),
        )


def file_of(request: Request, folder: Path, path: str, unmade: Callable[[], Response]) -> Response:
    """A file of a folder, `index.html` for one that ends with a slash; `unmade` where nothing was built."""
    if not (folder / "index.html").is_file():
        return unmade()
    name = path.lstrip("/")
    found = safe_join(str(folder), f"{name}index.html" if name.endswith("/") or not name else name)
    if found is None or is_odd(request):
        return choosing.told(request, "not_there", status=404)
    file = Path(found)
    if (file.is_dir() and (file / "index.html").is_file()) or (not name and not request.path.endswith("/")):
        return redirect(f"/{request.path.strip('/')}/", 308)
    if not file.is_file():
        return choosing.told(request, "not_there", status=404)
    kept = KEPT_FOR_EVER if name.startswith("assets/") else ASKED_AGAIN
    environ = dict(request.environ)
    if "," in environ.get("HTTP_RANGE", ""):  # of several parts the whole may be sent (RFC 9110 section 14.2)
        del environ["HTTP_RANGE"]
    response = send_file(file, environ, mimetype=TYPES.get(file.suffix), conditional=True, etag=True)
    response.headers["Cache-Control"] = kept
    return response


def is_odd(request: Request) -> bool:
    """Whether a path is no file's name on any system, or leads up and down."""
    path = request.environ["REQUEST_URI"].partition("?")[0]
    return leaves(path) or len(path) > LONGEST_PATH or max(map(len, path.split("/"))) > LONGEST_NAME


def secured(response: Response, uploads: Iterable[str]) -> Response:
    """What every answer tells the browser not to do. No HSTS: this is http, and localhost is everybody's."""
    for name, value in {
        "Content-Security-Policy": content_security_policy((), uploads),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }.items():
        response.headers[name] = value
    return response
