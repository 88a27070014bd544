"""Signing in to the pages and out, at an issuer that behaves as others do: without a cloud."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import waitress

from linli_cli.layout import ROOT
from linli_cli.local import issuer
from localstack.front.oidc import Issuer
from localstack.front.passing import Passing
from localstack.front.settings import SettingsFile
from localstack.front.site import Site
from tests.e2e.browser.conftest import SIZES, hindrances

IDENTITY = "u-" + "abcd2345" * 4
NOBODY: dict[str, Any] = {
    "person": IDENTITY,
    "identity": IDENTITY,
    "communities": [],
    "companies": [],
    "sub_districts": [],
}
WILLOW = {"community": "willow", "roles": ["manager"], "homes": [], "record": None}
MANAGER = NOBODY | {"person": "willow-manager-1", "identity": "willow-manager-1", "communities": [WILLOW]}
WANG = {"person": "willow-manager-1", "name": "王经理", "role": "manager"}
PATIENCE_MS = 10_000


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The front with its issuer, on a free port."""
    folder = tmp_path_factory.mktemp("front")
    issuer.make_key(folder / "issuer.pem")
    told = {
        "stage": "local", "key": str(folder / "issuer.pem"), "services": {"directory": "http://127.0.0.1:1"},
        "groups": [{"place": "柳园", "people": [WANG]}],
        "pages": str(ROOT / "functions/console/web/dist"), "documents": str(folder), "uploads": [],
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(told), encoding="utf-8")
    site = Site(SettingsFile(folder), Passing(), Issuer())
    server = waitress.create_server(site, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@dataclass
class Visit:
    """A browser and what its pages have sent. `tokens` changes what the issuer gives; `me` is the API's."""

    front: str
    window: Any
    me: dict[str, Any] = field(default_factory=lambda: MANAGER)
    issuer: dict[str, Any] = field(default_factory=dict)
    tokens: Callable[[dict[str, Any]], dict[str, Any]] = dict
    believed: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    refuses_all: bool = False
    is_away: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    authorized: list[dict[str, list[str]]] = field(default_factory=list)
    redeemed: list[dict[str, list[str]]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)

    def page(self, at: str = "/console/?login_hint=willow-manager-1") -> Any:
        page = self.window.new_page()
        page.goto(self.front + at)
        return page

    def config(self, route: Any) -> Any:
        if self.is_away:
            return route.abort()
        said = route.fetch().json()
        metadata = said["issuer"]["metadata"] | self.issuer.get("metadata", {})
        said["issuer"] |= self.issuer | {"metadata": {key: value for key, value in metadata.items() if value}}
        return route.fulfill(json=said)

    def token(self, route: Any) -> Any:
        if self.is_away:
            return route.abort()
        self.redeemed.append(parse_qs(route.request.post_data))
        answer = route.fetch()
        return route.fulfill(
            status=answer.status, json=self.tokens(answer.json()) if answer.ok else answer.json()
        )

    def api(self, route: Any) -> Any:
        request, path = route.request, urlsplit(route.request.url).path
        if self.is_away:
            return route.abort()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token or token in self.refuses:
            return route.fulfill(status=401, json={"message": "Unauthorized"})
        if self.refuses_all and path != "/api/directory/me":
            return route.fulfill(status=401, json={"message": "Unauthorized"})
        if path == "/api/directory/me":
            return route.fulfill(json=self.me)
        if request.method != "GET":
            self.done.append(request.post_data_json)
        if (given := self.answers.get(f"{request.method} {path}")) is not None:
            return route.fulfill(status=given[0], json=given[1])
        return route.fulfill(
            status=200, json={"items": [], "name": "柳园", "community": "willow", "policies": {}}
        )

    def refuse_what_is_out(self) -> None:
        """No token that was given until now is believed any more."""
        self.refuses |= self.believed


@pytest.fixture
def visit(front: str, chromium: Any) -> Iterator[Visit]:
    width, height = SIZES["desk"]
    window = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    window.set_default_timeout(PATIENCE_MS)
    made = Visit(front, window)

    def given(route: Any) -> Any:
        return made.token(route)

    window.route("**/config.json", made.config)
    window.route("**/oidc/token", given)
    window.route("**/api/**", made.api)
    window.on("request", lambda request: made.authorized.append(parse_qs(urlsplit(request.url).query))
              if urlsplit(request.url).path == "/oidc/authorize" else None)  # fmt: skip
    window.on("request", lambda request: made.believed.add(request.headers.get("authorization", "")[7:]))
    yield made
    window.close()


def without_refresh(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "refresh_token"}


def arrived(page: Any) -> None:
    page.get_by_role("navigation", name="主导航").wait_for()


def writes_a_form(visit: Visit) -> Any:
    """A manager who is about to add somebody: all is typed, nothing is sent."""
    page = visit.page("/console/?login_hint=willow-manager-1#/willow/homes/people")
    page.get_by_role("button", name="加一个人").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("姓名").fill("林晓芸")
    dialog.get_by_label("电话").fill("+8613800001234")
    assert dialog.get_by_label("账号").input_value() != "", "nobody has to invent one"
    return page


def test_pages_ask_for_what_the_issuer_wants_to_be_asked_for(visit: Visit) -> None:
    # Given an issuer that has to be told whom its tokens are for, once by its own word, once by RFC 8707
    visit.issuer = {
        "scope": "openid offline_access api://linli/use",
        "audience": "https://linli/api",
        "resource": "urn:linli",
    }
    visit.tokens = lambda given: given | {"expires_in": 20}
    visit.window.clock.install()
    page = visit.page()
    arrived(page)
    # When the token is nearly over
    with page.expect_response("**/oidc/token"):
        page.clock.run_for(11_000)
    # Then all was asked for with a proof, and the same is asked for when it is renewed
    asked = visit.authorized[0]
    assert asked["scope"] == ["openid offline_access api://linli/use"]
    assert (asked["audience"], asked["resource"]) == (["https://linli/api"], ["urn:linli"])
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 32 <= len(asked["nonce"][0])
    assert [each["resource"] for each in visit.redeemed] == [["urn:linli"]] * 2
    assert [each["grant_type"] for each in visit.redeemed] == [["authorization_code"], ["refresh_token"]]
    assert len(visit.redeemed[0]["code_verifier"][0]) >= 43


def test_an_answer_to_what_this_tab_has_not_asked_is_not_believed(visit: Visit) -> None:
    # Given somebody's link, with a code of their own (RFC 6819, section 4.4.1.8)
    page = visit.page("/console/?code=of-an-attacker&state=of-an-attacker&login_hint=willow-manager-1")
    # Then nothing is redeemed, and the person is asked who they are, from where they can go back
    page.get_by_role("link", name="王经理").wait_for()
    page.go_back()
    assert page.url == "about:blank"
    page.go_forward()
    page.get_by_role("link", name="王经理").click()
    arrived(page)
    assert [each["code"] for each in visit.redeemed if each["code"] == ["of-an-attacker"]] == []
    assert len(visit.redeemed) == 1
    assert "code=" not in page.url
    # And the login page that is gone back to and used again is no error
    page.go_back()
    arrived(page)


@pytest.mark.parametrize("broken", ["nonce", "verifier"])
def test_a_token_for_another_sign_in_is_not_believed(broken: str, visit: Visit) -> None:
    def of_another(given: dict[str, Any]) -> dict[str, Any]:
        claims = jwt.decode(given["id_token"], options={"verify_signature": False})
        return given | {"id_token": jwt.encode(claims | {"nonce": "another"}, "k" * 32)}

    if broken == "nonce":
        visit.tokens = of_another
    else:
        visit.window.add_init_script(
            "for (const key of Object.keys(sessionStorage)) if (key.startsWith('linli.going.'))"
            ' sessionStorage.setItem(key, sessionStorage.getItem(key).replace(/"code_verifier":"[^"]+"/,'
            ' `"code_verifier":"${\'v\'.repeat(43)}"`))'
        )
    page = visit.page()
    page.get_by_text("登录没有成功").wait_for()
    assert visit.believed == {""}


def test_what_an_issuer_refuses_is_told_by_its_code_alone(visit: Visit) -> None:
    visit.window.route(
        "**/oidc/authorize?*",
        lambda route: route.fulfill(
            status=303,
            headers={
                "Location": f"{visit.front}/console/?error=invalid_scope&error_description=Call+0-100"
                f"&state={parse_qs(urlsplit(route.request.url).query)['state'][0]}"
            },
        ),
    )
    page = visit.page()
    page.get_by_text("invalid_scope").wait_for()
    assert "0-100" not in page.content()
    assert len(visit.authorized) == 1, "and is not asked for ever"


def test_an_issuer_that_never_answers_what_was_asked_is_not_asked_for_ever(visit: Visit) -> None:
    elsewhere = {"Location": f"{visit.front}/console/?code=c&state=of-another"}
    visit.window.route("**/oidc/authorize?*", lambda route: route.fulfill(status=303, headers=elsewhere))
    page = visit.page()
    page.get_by_text("no_such_sign_in").wait_for()
    assert (len(visit.authorized), visit.redeemed) == (2, [])


def test_a_token_that_the_services_refuse_is_told_and_not_fetched_for_ever(visit: Visit) -> None:
    visit.tokens = lambda given: given | {"access_token": "opaque"}
    visit.refuses = {"opaque"}
    page = visit.page()
    page.get_by_text("token_not_believed").wait_for()
    assert (len(visit.authorized), len(visit.redeemed)) == (1, 1)


SLOW_TOKENS = """() => {
  const at = window.fetch
  const later = () => new Promise((resolve) => setTimeout(resolve, 700))
  window.fetch = (asked, how) => String(asked.url ?? asked).includes('/oidc/token')
    ? later().then(() => at(asked, how)) : at(asked, how)
}"""


def test_a_form_is_sent_with_a_new_token_and_the_old_refresh_token_is_used_once(visit: Visit) -> None:
    # Given a form, and a token that is believed no more
    page = writes_a_form(visit)
    page.evaluate("window.since = Date.now; Date.now = () => window.since() + 60_000")
    visit.refuse_what_is_out()
    # When it is sent, while all lists are asked for again, and the issuer is slow
    page.evaluate(SLOW_TOKENS)
    page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("dialog").get_by_role("button", name="加一个人").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    # Then it was done, once
    assert visit.done == [{"roles": ["resident"]}, {"name": "林晓芸", "phone": "+8613800001234"}]
    refreshed = [
        each["refresh_token"][0] for each in visit.redeemed if each["grant_type"] == ["refresh_token"]
    ]
    assert len(refreshed) == len(set(refreshed)) == 1
    assert len(visit.authorized) == 1


def test_nobody_is_taken_away_from_what_they_write(visit: Visit) -> None:
    # Given an issuer that gives no refresh tokens, and a form
    visit.tokens = without_refresh
    page = writes_a_form(visit)
    page.evaluate("window.since = Date.now; Date.now = () => window.since() + 60_000")
    visit.refuse_what_is_out()
    # When it is sent
    page.get_by_role("dialog").get_by_role("button", name="加一个人").click()
    # Then it is said, and what was written is there
    page.get_by_text("登录已过期").first.wait_for()
    assert page.get_by_role("dialog").get_by_label("姓名").input_value() == "林晓芸"
    assert len(visit.authorized) == 1
    # And when they give it up, they go there and back to where they were
    page.get_by_role("button", name="取消").click()
    with page.expect_response("**/oidc/token"):
        page.get_by_role("button", name="重新登录").click()
    page.get_by_role("button", name="加一个人").wait_for()
    assert urlsplit(page.url).fragment == "/willow/homes/people"
    assert len(visit.authorized) == 2


def test_without_a_network_nobody_is_sent_to_an_issuer(visit: Visit) -> None:
    visit.tokens = lambda given: without_refresh(given) | {"expires_in": 4}
    page = visit.page()
    arrived(page)
    visit.is_away = True
    page.get_by_text("登录已过期").first.wait_for()
    arrived(page)
    assert len(visit.authorized) == 1


def test_a_subject_is_never_shown_as_a_name(visit: Visit) -> None:
    def of_auth0(given: dict[str, Any]) -> dict[str, Any]:
        claims = jwt.decode(given["id_token"], options={"verify_signature": False})
        others = {name: value for name, value in claims.items() if name != "preferred_username"}
        return given | {"id_token": jwt.encode(others | {"sub": "auth0|5F7c"}, "k" * 32)}

    visit.tokens = of_auth0
    page = visit.page()
    arrived(page)
    page.reload()
    arrived(page)
    assert "login_hint" not in visit.authorized[-1]


def test_what_is_refused_with_a_fresh_token_too_is_not_asked_for_with_ever_fresher_ones(visit: Visit) -> None:
    page = visit.page()
    arrived(page)
    visit.refuses_all = True
    page.evaluate("window.since = Date.now; Date.now = () => window.since() + 60_000")
    with page.expect_response("**/oidc/token"):
        page.evaluate("location.hash = '/willow/homes'")
    page.get_by_text("登录已过期").first.wait_for()
    for at in ("gates", "money", "tickets"):
        page.evaluate("at => location.hash = at", f"/willow/{at}")
        page.get_by_text("登录已过期").first.wait_for()
    assert [each["grant_type"] for each in visit.redeemed] == [["authorization_code"], ["refresh_token"]]


def test_a_token_of_seconds_is_renewed_when_half_of_them_are_over(visit: Visit) -> None:
    visit.tokens = lambda given: given | {"expires_in": 20}
    visit.window.clock.install()
    page = visit.page()
    arrived(page)
    page.clock.run_for(5_000)
    arrived(page)
    assert len(visit.redeemed) == 1


def test_a_token_of_months_is_not_renewed_without_end(visit: Visit) -> None:
    """Timers of browsers count 25 days, and go off at once beyond."""
    visit.tokens = lambda given: given | {"expires_in": 90 * 86_400}
    page = visit.page()
    arrived(page)
    page.evaluate("window.since = Date.now; Date.now = () => window.since() + 60_000")
    visit.refuse_what_is_out()
    with page.expect_response("**/oidc/token"):
        page.evaluate("location.hash = '/willow/homes/people'")
    page.get_by_role("button", name="加一个人").click()
    page.get_by_role("dialog").wait_for()
    assert len(visit.redeemed) == 2


def test_signing_out_is_of_all_tabs_and_of_the_way_back(visit: Visit) -> None:
    # Given two tabs, at an issuer that ends no sessions
    visit.issuer = {"metadata": {"end_session_endpoint": ""}}
    first, second = visit.page(), visit.page()
    arrived(first)
    arrived(second)
    # When somebody signs out in one
    first.get_by_role("button", name="退出登录").click()
    # Then nobody is in the other one either, also when the clock or the back button brings a page back
    for page in (first, second):
        page.get_by_role("button", name="登录", exact=True).wait_for()
        assert "willow" not in page.content()
    # And whoever comes next says who they are, in any tab
    third = visit.page("/console/")
    third.get_by_role("link", name="王经理").wait_for()
    assert visit.authorized[-1]["prompt"] == ["login"]
    first.get_by_role("button", name="登录", exact=True).click()
    first.get_by_role("link", name="王经理").click()
    arrived(first)
    assert "prompt" not in visit.authorized[0]


def test_a_desk_that_several_share_asks_who_it_is(visit: Visit) -> None:
    arrived(visit.page())
    page = visit.page("/console/?prompt=login")
    page.get_by_role("link", name="王经理").click()
    arrived(page)
    assert visit.authorized[-1]["prompt"] == ["login"]
    page.reload()
    arrived(page)
    assert "prompt" not in visit.authorized[-1]
    assert visit.authorized[-1]["login_hint"] == ["willow-manager-1"]


def test_no_address_leads_from_here_to_elsewhere(visit: Visit) -> None:
    at = "//evil.example/\\evil.example@evil.example"
    page = visit.page(f"/console/?login_hint=willow-manager-1&next={at}&post_logout_redirect_uri={at}#{at}")
    arrived(page)
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="登录", exact=True).wait_for()
    assert page.url.startswith(visit.front + "/console/")


@pytest.mark.parametrize(("client", "language"), [("console", "zh-CN"), ("home", "en")])
def test_who_is_nobodys_yet_sees_what_to_show_the_office(client: str, language: str, visit: Visit) -> None:
    visit.me = NOBODY
    visit.window.add_init_script(f"localStorage.setItem('linli.language', '{language}')")
    page = visit.page(f"/{client}/?login_hint=a-stranger")
    code = page.locator("[data-identity]")
    code.wait_for()
    assert code.inner_text() == "u-" + " ".join(["abcd", "2345"] * 4)
    assert code.get_attribute("data-value") == IDENTITY
    assert page.get_by_role(
        "img", name="您的登录码" if language == "zh-CN" else "Your sign-in code"
    ).is_visible()
    assert hindrances(page) == []
    # When the office has said who it is, with a fresh token
    visit.me = MANAGER | {"communities": [WILLOW | {"roles": ["resident", "manager"]}]}
    page.get_by_role("button", name="物业已登记" if language == "zh-CN" else "They have entered it").click()
    code.wait_for(state="hidden")
    assert [each["grant_type"] for each in visit.redeemed] == [["authorization_code"], ["refresh_token"]]


LINKED = {
    "identity": IDENTITY,
    "person": "willow-resident-1",
    "by": "willow-manager-1",
    "at": "2026-11-27T08:00:00.000Z",
}
SIGN_INS = "/api/directory/communities/willow/people/willow-resident-1/identities"


def test_a_manager_links_what_a_stranger_shows_and_takes_it_back(visit: Visit) -> None:
    # Given a member, and the code of a stranger as it is copied
    member = {"person": "willow-resident-1", "roles": ["resident"], "homes": [], "version": 1}
    visit.answers["GET /api/directory/communities/willow/memberships"] = (200, {"items": [member]})
    page = visit.page("/console/?login_hint=willow-manager-1#/willow/homes/people")
    page.get_by_role("button", name="登录账号").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("还没有绑定登录账号").wait_for()
    assert hindrances(page) == []
    # When it is somebody else's, that is said
    visit.answers[f"POST {SIGN_INS}"] = (
        409,
        {"type": "urn:linli:problem:conflict", "title": "这个登录码已经是别人的"},
    )
    dialog.get_by_role("textbox", name="登录码").fill(f" U-{IDENTITY[2:18].upper()} {IDENTITY[18:]}\n")
    dialog.get_by_role("button", name="绑定", exact=True).click()
    dialog.get_by_text("这个登录码已经是别人的").wait_for()
    # And when it is nobody's, it is linked
    visit.answers[f"POST {SIGN_INS}"] = (200, LINKED)
    visit.answers[f"GET {SIGN_INS}"] = (200, {"items": [LINKED]})
    dialog.get_by_role("button", name="绑定", exact=True).click()
    dialog.locator(f"[data-identity='{IDENTITY}']").wait_for()
    assert visit.done == [{"identity": IDENTITY}] * 2
    assert dialog.get_by_role("textbox", name="登录码").input_value() == ""
    # And by what an issuer calls them, to the letter
    page.get_by_label("我知道登录服务和那里的账号").check()
    dialog.get_by_label("登录服务（issuer）").fill("https://linli.eu.auth0.com/")
    dialog.get_by_label("那里的账号（sub）").fill("auth0|5F7c")
    dialog.get_by_role("button", name="绑定", exact=True).click()
    typed = "[...document.querySelectorAll('[role=dialog] input')].map((one) => one.value)"
    page.wait_for_function(f"() => !{typed}.includes('auth0|5F7c')")
    assert visit.done[2] == {"issuer": "https://linli.eu.auth0.com/", "subject": "auth0|5F7c"}
    # When it is taken back, after being asked
    visit.answers[f"GET {SIGN_INS}"] = (200, {"items": []})
    visit.answers[f"DELETE {SIGN_INS}/{IDENTITY}"] = (204, "")
    dialog.get_by_role("button", name="解除绑定").click()
    assert len(visit.done) == 3
    dialog.get_by_role("button", name="确定解除").click()
    dialog.get_by_text("还没有绑定登录账号").wait_for()


def test_a_page_that_is_opened_by_its_address_is_there(visit: Visit) -> None:
    wrong: list[str] = []
    page = visit.page()
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    arrived(page)
    for at in (
        "homes/people",
        "alarms",
        "devices/meters",
        "tickets",
        "homes",
        "gates",
        "devices",
        "money",
        "now",
    ):
        page.evaluate("at => location.hash = at", f"/willow/{at}")
        page.wait_for_function("() => document.querySelectorAll('main > *').length")
    assert wrong == []
