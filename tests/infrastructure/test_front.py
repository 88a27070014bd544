"""The front as a process, over real HTTP: what it serves, what it passes on, how people sign in."""

import json
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
import requests

from linli_cli.demo import signing_in
from linli_cli.errors import CommandError
from linli_cli.local import front, issuer
from linli_cli.local.front import Front
from linli_cli.local.processes import free_port, is_free
from localstack.front import choosing
from localstack.front.grants import s256

MANAGER = "willow-manager-1"
TIMEOUT_S = 20


@dataclass
class Api:
    """An API that answers what it was asked, unless it is told to do otherwise."""

    url: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()

    class Conversation(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.seen.append(
                {"method": self.command, "target": self.path, "headers": headers, "body": body.decode()}
            )
            if "hang-up" in self.path:
                self.close_connection = True
                return
            unchanged = headers.get("if-none-match") == '"1"'
            said = b"" if unchanged else json.dumps(made.seen[-1]).encode()
            self.send_response(304 if unchanged else 429 if "busy" in self.path else 200)
            for name, value in (
                ("Content-Type", "application/json"),
                ("ETag", '"1"'),
                ("X-Correlation-Id", "c-1"),
                ("Connection", "X-Of-The-Hop"),
                ("X-Of-The-Hop", "1"),
            ):
                self.send_header(name, value)
            if not unchanged:
                self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815  the library's names

        def log_message(self, *_about: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/_aws/execute-api/a1/api"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Place:
    """The front of this test, where it is told things, and what it was built from."""

    front: Front
    folder: Path

    @property
    def url(self) -> str:
        return self.front.url

    def get(self, path: str, **how: Any) -> requests.Response:
        return self.ask("GET", path, **how)

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        return requests.request(method, self.url + path, allow_redirects=False, timeout=TIMEOUT_S, **how)

    def tell(self, **otherwise: Any) -> None:
        path = self.front.folder / "settings.json"
        told = json.loads(path.read_text(encoding="utf-8")) | otherwise
        path.with_suffix(".new").write_text(json.dumps(told), encoding="utf-8")
        path.with_suffix(".new").replace(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, api: Api) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("a home") / "with spaces"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_HOME", str(home))
        issuer.make_key(issuer.key_file())
        opened = Front(home)
        nowhere = f"http://127.0.0.1:{free_port()}/x"
        opened.tell({"access": api.url, "down": nowhere}, signing_in.groups(), ["http://127.0.0.1:4566"])
        made = Place(opened, home)
        pages, documents = home / "dist", home / "documents"
        for path, text in {
            "index.html": "the doors",
            "console/index.html": "the console",
            "home/index.html": "the home",
            "assets/app-1a2b.js": "export {}",
        }.items():
            (pages / path).parent.mkdir(parents=True, exist_ok=True)
            (pages / path).write_text(text, encoding="utf-8")
        documents.mkdir()
        (documents / "index.html").write_text("the documents", encoding="utf-8")
        made.tell(pages=str(pages), documents=str(documents))
        opened.open(free_port())
        opened.wait()
        yield made
        opened.stop()


def problem(answer: requests.Response) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    said = answer.json()
    assert said["code"] in choosing.WORDS["en"]["refusals"]  # as every answer of the services has one
    return str(said["type"]).removeprefix("urn:linli:problem:")


def raw(place: Place, text: str) -> str:
    """The whole answer to what a browser would never send."""
    port = int(place.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        connection.sendall(text.encode("latin-1"))
        answered = b""
        while piece := connection.recv(65536):
            answered += piece
    return answered.decode("latin-1")


class TestPages:
    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("/", "the doors"),
            ("/console/", "the console"),
            ("/home/", "the home"),
            ("/docs/", "the documents"),
        ],
    )
    def test_a_page_is_served_and_asked_for_again(self, place: Place, path: str, text: str) -> None:
        answer = place.get(path)
        assert (answer.status_code, answer.text) == (200, text)
        assert answer.headers["Cache-Control"] == "no-cache"
        again = place.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert place.ask("HEAD", path).headers["Content-Length"] == str(len(text))

    def test_what_is_named_for_its_content_is_kept_for_ever(self, place: Place) -> None:
        answer = place.get("/assets/app-1a2b.js")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize("path", ["/console", "/home", "/docs"])
    def test_a_folder_without_its_slash_is_sent_to_it(self, place: Place, path: str) -> None:
        answer = place.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (308, f"{path}/")

    @pytest.mark.parametrize(
        "path",
        [
            "/nowhere",
            "/assets/",
            "/assets/../../issuer.pem",
            "/../issuer.pem",
            "/%2e%2e/issuer.pem",
            "/..%2fissuer.pem",
            "/..%5cissuer.pem",
            "/console/%2e%2e/%2e%2e/issuer.pem",
            "/docs/../../issuer.pem",
            "/docs/%2e%2e/issuer.pem",
            "/docs..%2fissuer.pem",
            "/%00",
            "/console%00/",
            "//issuer.pem",
            "/./../issuer.pem",
            "/etc/passwd",
            "//etc/passwd",
            "/settings.json",
            "/front/settings.json",
            "/.well-known/",
            "/.git/config",
            "/%ff%fe",
            "/console/index.html/x",
            "/" + "x" * 300,
            "/" + "x/" * 5000,
            "/%0d%0aX:1/..",
            "//evil.example/%2e%2e",
            "/%5cevil.example%2f..",
            "/docs/..%2f",
        ],
    )
    def test_no_path_reaches_what_is_not_served(self, place: Place, path: str) -> None:
        answer = raw(place, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert int(answer.split()[1]) in {400, 404}, answer
        assert "PRIVATE KEY" not in answer
        assert "root:" not in answer

    def test_a_part_of_a_page_is_sent_and_one_that_is_not_there_is_told(self, place: Place) -> None:
        part = place.get("/", headers={"Range": "bytes=0-2"})
        beyond = place.get("/", headers={"Range": "bytes=999-"})
        several = place.get("/", headers={"Range": "bytes=0-1,3-4"})

        assert (part.status_code, part.text) == (206, "the")
        assert (problem(beyond), beyond.headers["Content-Range"]) == ("range-not-satisfiable", "bytes */9")
        assert (several.status_code, several.text) == (200, "the doors")

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
    def test_pages_are_only_read(self, place: Place, method: str) -> None:
        answer = place.ask(method, "/console/")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")

    def test_what_was_not_built_says_how(self, place: Place) -> None:
        pages, documents = place.folder / "dist", place.folder / "documents"
        place.tell(pages=str(place.folder / "nothing"), documents=str(place.folder / "nothing"))
        try:
            for path, command in (
                ("/", "make console"),
                ("/home/", "make console"),
                ("/docs/", "make documents"),
            ):
                for language, word in (("zh-CN,zh;q=0.9", "仓库"), ("en-GB", "in the repository")):
                    answer = place.get(path, headers={"Accept-Language": language})
                    assert answer.status_code == 404
                    assert command in answer.text
                    assert word in answer.text
        finally:
            place.tell(pages=str(pages), documents=str(documents))

    def test_every_answer_tells_the_browser_what_not_to_do(self, place: Place) -> None:
        for path in (
            "/",
            "/nowhere",
            "/config.json",
            "/docs/",
            "/oidc/authorize",
            "/api/access/x",
            "/api/none/x",
        ):
            headers = place.get(path).headers
            policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
            assert policy["default-src"] == "'self'"
            assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
            assert "script-src" not in policy
            assert policy["connect-src"] == "'self' http://127.0.0.1:4566"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "Strict-Transport-Security" not in headers
            assert "Access-Control-Allow-Origin" not in headers

    def test_settings_say_all_a_page_has_to_know(self, place: Place) -> None:
        answer = place.get("/config.json")
        assert answer.headers["Cache-Control"] == "no-cache"
        told = answer.json()
        assert (told["stage"], told["services"], told["default_language"]) == (
            "local",
            ["access", "down"],
            "zh-CN",
        )
        assert told["clients"] == {"console": "console", "home": "home"}
        assert told["issuer"]["metadata"] == place.get("/.well-known/openid-configuration").json()
        assert told["issuer"]["metadata"]["issuer"] == issuer.ISSUER


class TestNames:
    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "", "[::2]", "192.168.1.2"]
    )
    def test_nobody_is_answered_who_calls_it_by_another_name(self, place: Place, host: str) -> None:
        for path in ("/", "/config.json", "/oidc/authorize", "/api/access/x"):
            answer = place.get(path, headers={"Host": host})
            assert answer.status_code == 421, path
            assert problem(answer) == "wrong-host"

    def test_its_own_names_are_answered(self, place: Place) -> None:
        for host in ("127.0.0.1", "localhost", "localhost:9000", "[::1]:4666"):
            told = place.get("/config.json", headers={"Host": host}).json()
            assert told["issuer"]["metadata"]["token_endpoint"] == f"http://{host}/oidc/token"


class TestPassingOn:
    def test_path_query_method_headers_and_body_come_through(self, place: Place) -> None:
        sent = {
            "Authorization": "Bearer t", "Idempotency-Key": "i-1", "Accept-Language": "zh-CN",
            "If-Match": '"7"', "X-Correlation-Id": "mine", "Content-Type": "application/json",
        }  # fmt: skip
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            path = "/communities/willow/a%2Fb/%E6%9F%B3;v=1?x=1&x=2&y=%2F..%2F&z=a+b"
            answer = place.ask(method, f"/api/access{path}", data='{"a": "柳"}'.encode(), headers=sent)
            came = answer.json()
            assert (came["method"], came["body"]) == (method, '{"a": "柳"}')
            assert came["target"] == f"/_aws/execute-api/a1/api{path}"
            for name, value in sent.items():
                assert came["headers"][name.lower()] == value
            assert answer.headers["X-Correlation-Id"] == "c-1"
            assert answer.headers["ETag"] == '"1"'

    def test_what_is_said_to_the_front_alone_stays_there(self, place: Place, api: Api) -> None:
        sent = {
            "Connection": "X-Secret", "X-Secret": "1", "Cookie": "linli_console_1=x", "TE": "trailers",
            "Proxy-Authorization": "x", "X-Forwarded-For": "1.2.3.4", "Forwarded": "for=x", "Upgrade": "h2c",
        }  # fmt: skip
        answer = place.get("/api/access/x", headers=sent)
        came = answer.json()["headers"]
        assert not {name.lower() for name in sent} - {"connection"} & came.keys()
        assert came["host"] == urlsplit(api.url).netloc
        assert "X-Of-The-Hop" not in answer.headers

    def test_what_has_not_changed_is_not_sent_again(self, place: Place) -> None:
        answer = place.get("/api/access/now", headers={"If-None-Match": '"1"'})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"1"')

    def test_refusals_come_through(self, place: Place) -> None:
        assert place.get("/api/access/busy").status_code == 429
        assert place.ask("OPTIONS", "/api/access/x").status_code == 200
        head = place.ask("HEAD", "/api/access/x")
        assert (head.status_code, head.content) == (200, b"")

    @pytest.mark.parametrize(
        "rest",
        [
            "../x",
            "a/../../x",
            "%2e%2e/x",
            "..%2f..%2fx",
            "%252e%252e%252f",
            "..%5c",
            "a\\..\\x",
            "a%00",
            "a%0d%0aX:1",
        ],
    )
    def test_no_path_leaves_its_api(self, place: Place, api: Api, rest: str) -> None:
        before = len(api.seen)
        answer = raw(
            place, f"GET /api/access/{rest} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        assert answer.startswith("HTTP/1.1 400 "), answer
        assert "urn:linli:problem:invalid-request" in answer
        assert len(api.seen) == before

    @pytest.mark.parametrize("path", ["/api/", "/api/none/x", "/api/Access/x", "/api/..%2faccess/x"])
    def test_no_other_api_is_there(self, place: Place, path: str) -> None:
        answer = place.get(path)
        assert answer.status_code == 404, answer.text
        assert problem(answer) == "not-found"

    def test_a_cloud_that_is_down_is_told_so(self, place: Place) -> None:
        answer = place.ask("POST", "/api/down/x", data=b"{}")
        assert (answer.status_code, problem(answer)) == (502, "unavailable")
        assert "linli up" in answer.json()["detail"]

    def test_a_cloud_that_hangs_up_is_told_so(self, place: Place) -> None:
        assert problem(place.get("/api/access/hang-up")) == "unavailable"

    def test_a_body_that_no_api_takes_is_refused(self, place: Place, api: Api) -> None:
        before = len(api.seen)
        answer = place.ask("POST", "/api/access/x", data=b"x" * (10 * 1024 * 1024 + 1))
        assert (answer.status_code, problem(answer)) == (413, "payload-too-large")
        assert len(api.seen) == before
        assert place.ask("POST", "/api/access/x", data=b"x" * 100_000).json()["body"] == "x" * 100_000

    def test_one_connection_does_for_many(self, place: Place) -> None:
        connection = HTTPConnection("127.0.0.1", int(place.url.rpartition(":")[2]), timeout=TIMEOUT_S)
        used = set()
        for path in ("/api/access/x", "/", "/api/none/x", "/config.json"):
            connection.request("GET", path)
            connection.getresponse().read()
            used.add(connection.sock)
        connection.close()
        assert len(used) == 1

    @pytest.mark.parametrize(
        ("line", "headers"),
        [
            ("GET / HTTP/1.1", []),
            ("GET http://evil.example/api/access/x HTTP/1.1", ["Host: localhost"]),
            ("GET /api/access/x HTTP/1.1", ["Host: localhost", "Host: evil.example"]),
            ("POST /api/access/x HTTP/1.1", ["Host: localhost", "Content-Length: x"]),
            ("POST /api/access/x HTTP/1.1", ["Host: localhost", "Content-Length: -1"]),
            ("POST /oidc/token HTTP/1.1", ["Host: localhost", "Content-Length: 5", "Content-Length: 6"]),
            ("TRACE /api/access/x HTTP/1.1", ["Host: localhost"]),
            ("CONNECT localhost:4566 HTTP/1.1", ["Host: localhost"]),
            ("GET / HTTP/1.1", ["Host: localhost", " Folded: x"]),
            ("GET /\xe4 HTTP/1.1", ["Host: localhost"]),
            ("GET /api/access/\xe4 HTTP/1.1", ["Host: localhost"]),
            ("nonsense", ["Host: localhost"]),
            ("POST /api/access/x HTTP/1.1", ["Host: localhost", "Content-Length: 99999999"]),
            ("POST /api/access/x HTTP/1.1", ["Host: localhost", "Transfer-Encoding: chunked", "", "zz"]),
        ],
    )
    def test_no_mistake_of_a_client_is_a_fault_of_ours(
        self, place: Place, line: str, headers: list[str]
    ) -> None:
        answer = raw(place, "\r\n".join([line, *headers, "Connection: close", "", ""]))
        head, _, body = answer.partition("\r\n\r\n")
        assert 400 <= int(head.split()[1]) < 500, answer
        assert "Content-Security-Policy: default-src 'self'" in head
        if "html" not in head:
            assert "Content-Type: application/problem+json" in head
            assert json.loads(body)["code"] in choosing.WORDS["en"]["refusals"]

    @pytest.mark.parametrize(("accepted", "title"), [("zh-Hans-CN,en;q=0.5", "没有找到"), ("", "Not found")])
    def test_what_is_refused_is_told_with_its_code_in_the_language_asked_for(
        self, place: Place, accepted: str, title: str
    ) -> None:
        answer = place.get("/api/none/x", headers={"Accept-Language": accepted})

        assert (answer.json()["code"], answer.json()["title"]) == ("no_api", title)
        assert answer.headers["Vary"] == "Accept-Language"


@dataclass
class Visit:
    """A page as a client of the issuer: it knows `/config.json`, and no path of the issuer's."""

    place: Place
    client: str = "console"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    browser: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.told = self.place.get("/config.json").json()
        self.metadata = self.told["issuer"]["metadata"]

    @property
    def here(self) -> str:
        return f"{self.place.url}/{self.client}/"

    def asks(self, **otherwise: str | None) -> requests.Response:
        """A browser that was sent to the issuer."""
        asked = {
            "client_id": self.told["clients"][self.client],
            "redirect_uri": self.here,
            "response_type": "code",
            "scope": "openid",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": s256(self.verifier),
            "code_challenge_method": "S256",
        } | otherwise
        given = {name: value for name, value in asked.items() if value is not None}
        address = self.metadata["authorization_endpoint"]
        return self.browser.get(address, params=given, allow_redirects=False, timeout=TIMEOUT_S)

    def code(self, person: str = MANAGER) -> str:
        return answered(self.asks(login_hint=person), self.here)["code"]

    def token(self, code: str, **otherwise: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "redirect_uri": self.here,
            "code": code,
            "code_verifier": self.verifier,
        } | otherwise
        return requests.post(self.metadata["token_endpoint"], data=form, timeout=TIMEOUT_S)

    def refresh(self, token: str) -> requests.Response:
        form = {"grant_type": "refresh_token", "client_id": self.client, "refresh_token": token}
        return requests.post(self.metadata["token_endpoint"], data=form, timeout=TIMEOUT_S)


def answered(answer: requests.Response, here: str) -> dict[str, str]:
    """What the page gets to read in its own address."""
    assert answer.status_code == 303, answer.text
    address, _, query = answer.headers["Location"].partition("?")
    assert address == here
    return dict(parse_qsl(query))


def refused(answer: requests.Response, error: str = "invalid_grant") -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == error
    assert "token" not in answer.json()


class TestSigningIn:
    @pytest.mark.parametrize(("client", "person"), [("console", MANAGER), ("home", "willow-resident-1")])
    def test_one_click_and_the_apis_believe_who_clicked(self, place: Place, client: str, person: str) -> None:
        # Given the list of the demo's people, as names and roles
        visit = Visit(place, client)
        page = visit.asks()
        names = {each["person"]: each["name"] for group in signing_in.groups() for each in group["people"]}
        assert page.status_code == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert names[person] in page.text

        # When one of them is picked
        link = next(
            each.partition('"')[0].replace("&amp;", "&")
            for each in page.text.split('href="')
            if each.partition('"')[0].endswith(f"person={person}")
        )
        back = answered(
            visit.browser.get(place.url + link, allow_redirects=False, timeout=TIMEOUT_S), visit.here
        )

        # Then the page has a token for the APIs and one for itself
        assert (back["state"], back["iss"]) == ("s-1", issuer.ISSUER)
        answer = visit.token(back["code"])
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        given = answer.json()
        key = jwt.PyJWKClient(visit.metadata["jwks_uri"]).get_signing_key_from_jwt(given["access_token"])
        access = jwt.decode(given["access_token"], key, ["RS256"], audience="linli", issuer=issuer.ISSUER)
        page_s = jwt.decode(given["id_token"], key, ["RS256"], audience=client, issuer=issuer.ISSUER)
        assert access["sub"] == page_s["sub"] == person
        assert (page_s["nonce"], page_s["name"]) == ("n-1", names[person])
        assert given["token_type"] == "Bearer"

    def test_the_list_is_in_the_language_asked_for(self, place: Place) -> None:
        visit = Visit(place)
        assert '<html lang="zh-CN">' in visit.asks().text
        assert '<html lang="en">' in visit.asks(ui_locales="en").text
        visit.browser.headers["Accept-Language"] = "en-US,en;q=0.9"
        assert "Who are you?" in visit.asks().text
        assert "选择身份" in visit.asks(ui_locales="zh-CN en").text
        assert 'hreflang="zh-CN">中文<' in visit.asks().text

    def test_who_has_no_name_is_shown_by_their_role(self, place: Place) -> None:
        page = Visit(place).asks(ui_locales="zh-CN").text
        assert "<b>物业公司</b><span>acme-operator-1</span>" in page
        given = (visit := Visit(place)).token(visit.code("acme-operator-1")).json()
        claims = jwt.decode(given["id_token"], options={"verify_signature": False})
        assert claims["name"] == "acme-operator-1"

    def test_what_is_said_to_the_list_is_text(self, place: Place) -> None:
        page = Visit(place).asks(state='"><script>alert(1)</script>').text
        assert "<script" not in page

    def test_a_wrong_verifier_gets_nothing_and_burns_the_code(self, place: Place) -> None:
        visit = Visit(place)
        code = visit.code()
        refused(visit.token(code, code_verifier=secrets.token_urlsafe(48)))
        refused(visit.token(code))

    def test_a_code_is_used_once_and_who_uses_it_again_ends_what_came_of_it(self, place: Place) -> None:
        visit = Visit(place)
        code = visit.code()
        given = visit.token(code).json()
        refused(visit.token(code))
        refused(visit.refresh(given["refresh_token"]))

    @pytest.mark.parametrize(
        "redirect",
        [
            "https://evil.example/",
            "http://127.0.0.1:1/console/",
            "{here}x",
            "{here}?a=1",
            "{here}#a",
            "{origin}/home/",
            "{origin}/",
            "//evil.example/console/",
            "javascript:alert(1)",
            "{origin}/console",
            "{origin}/console/../home/",
            "{origin}@evil.example/console/",
            "",
            None,
        ],
    )
    def test_nobody_is_sent_to_a_foreign_address(self, place: Place, redirect: str | None) -> None:
        visit = Visit(place)
        wanted = redirect and redirect.format(here=visit.here, origin=place.url)
        for hint in ({}, {"login_hint": MANAGER}):
            answer = visit.asks(redirect_uri=wanted, **hint)
            assert answer.status_code == 400
            assert "Location" not in answer.headers
            assert "code=" not in answer.text
        refused(visit.token(visit.code(), redirect_uri=wanted or ""))

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge": "short"}, "invalid_request"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_type": "code id_token"}, "unsupported_response_type"),
            ({"response_mode": "fragment"}, "invalid_request"),
            ({"scope": "profile"}, "invalid_scope"),
            ({"prompt": "none"}, "login_required"),
            ({"prompt": "none login"}, "invalid_request"),
        ],
    )
    def test_a_client_that_asks_for_something_else_is_told(
        self, place: Place, wrong: dict[str, str | None], error: str
    ) -> None:
        visit = Visit(place)
        back = answered(visit.asks(**wrong), visit.here)
        assert (back["error"], back["state"]) == (error, "s-1")
        assert "code" not in back

    def test_what_is_said_twice_is_refused(self, place: Place) -> None:
        visit = Visit(place)
        address = visit.metadata["authorization_endpoint"]
        twice = f"{address}?client_id=console&redirect_uri={visit.here}&redirect_uri=https://evil.example/"
        assert requests.get(twice, allow_redirects=False, timeout=TIMEOUT_S).status_code == 400

    def test_other_clients_are_not_known(self, place: Place) -> None:
        visit = Visit(place)
        assert visit.asks(client_id="other").status_code == 400
        refused(visit.token(visit.code(), client_id="other"), "invalid_client")
        refused(visit.token(visit.code(), client_id="home"))

    @pytest.mark.parametrize("person", ["Willow", "../x", "a b", "", "x" * 65, "柳"])
    def test_only_an_id_can_be_a_person(self, place: Place, person: str) -> None:
        visit = Visit(place)
        assert visit.asks(login_hint=person).status_code == 200  # the list: nobody was picked
        query = dict(parse_qs(urlsplit(visit.asks().request.url or "").query))
        answer = place.get("/oidc/chosen", params={**query, "person": person})
        assert answer.status_code == 400

    def test_refresh_tokens_rotate_and_a_used_one_ends_them_all(self, place: Place) -> None:
        visit = Visit(place)
        first = visit.token(visit.code()).json()
        second = visit.refresh(first["refresh_token"])
        assert second.status_code == 200, second.text
        refused(visit.refresh(first["refresh_token"]))
        refused(visit.refresh(second.json()["refresh_token"]))

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": ""}, "unsupported_grant_type"),
            ({"code": ""}, "invalid_grant"),
            ({"code": "x" * 2000}, "invalid_grant"),
        ],
    )
    def test_nothing_else_is_a_grant(self, place: Place, form: dict[str, str], error: str) -> None:
        refused(Visit(place).token(**{"code": "x"} | form), error)

    def test_the_token_page_takes_forms_only(self, place: Place) -> None:
        url = f"{place.url}/oidc/token"
        refused(requests.post(url, json={"grant_type": "x"}, timeout=TIMEOUT_S), "invalid_request")
        refused(requests.post(url, data=[("client_id", "home")] * 2, timeout=TIMEOUT_S), "invalid_request")
        assert place.get("/oidc/token").status_code == 405
        assert requests.post(url, data=b"x" * 20_000, timeout=TIMEOUT_S).status_code == 413

    def test_who_is_signed_in_is_not_asked_again_until_they_sign_out(self, place: Place) -> None:
        # Given somebody who is signed in with the console, in a browser
        visit = Visit(place)
        given = visit.token(visit.code()).json()

        # Then a page that is loaded anew gets its code at once, and asks for somebody else where it wants to
        assert "code" in answered(visit.asks(prompt="none"), visit.here)
        assert "选择身份" in visit.asks(prompt="select_account").text
        # and the residents' page in the same browser is somebody else's
        visit.client = "home"
        assert visit.asks().status_code == 200
        visit.client = "console"

        # When they sign out
        leaving = {
            "id_token_hint": given["id_token"], "post_logout_redirect_uri": f"{place.url}/", "state": "bye"
        }  # fmt: skip
        ended = visit.metadata["end_session_endpoint"]
        answer = visit.browser.get(ended, params=leaving, allow_redirects=False, timeout=TIMEOUT_S)

        # Then they are asked again, and nothing is given for what they had
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{place.url}/?state=bye")
        assert answered(visit.asks(prompt="none"), visit.here)["error"] == "login_required"
        refused(visit.refresh(given["refresh_token"]))

    def test_signing_out_leads_to_no_foreign_address(self, place: Place) -> None:
        for query in ({"post_logout_redirect_uri": "https://evil.example/"}, {"id_token_hint": "x.y.z"}):
            answer = place.get("/oidc/logout", params=query)
            assert answer.status_code == 400
            assert "Location" not in answer.headers


class TestTheProcess:
    def test_a_taken_port_is_named_with_its_option(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(CommandError, match=f"port {port} of the front is in use.*--front-port"):
                Front(tmp_path).open(port)
        assert not (tmp_path / "front").exists()

    def test_who_opens_it_again_finds_it(self, place: Place) -> None:
        port, before = int(place.url.rpartition(":")[2]), place.front.record.read_text()
        place.front.open(port)
        assert place.front.record.read_text() == before

    def test_it_moves_where_it_is_told_and_one_of_older_code_makes_room(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, pid = int(place.url.rpartition(":")[2]), json.loads(place.front.record.read_text())["pid"]
        place.front.open(free_port())
        place.front.wait()
        assert is_free(before)
        assert place.get("/config.json").ok

        moved, record = int(place.url.rpartition(":")[2]), place.front.record
        monkeypatch.setattr(front, "code_version", lambda: "newer")
        place.front.open(moved)
        place.front.wait()
        assert place.url.endswith(f":{moved}")
        assert json.loads(record.read_text())["pid"] != pid
        assert place.get("/config.json").ok

    def test_it_listens_on_loopback_only(self, place: Place) -> None:
        port = int(place.url.rpartition(":")[2])
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.2", port))  # nobody has all addresses
