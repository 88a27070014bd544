"""The few pages that the front writes itself: who may sign in, what is refused, what is not there yet."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from linli_cli.deploy.pages import DEFAULT_LANGUAGE
from localstack.front.problems import WORDS
from localstack.front.settings import Group, Person

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
AUTHORIZE, CHOSEN = "/oidc/authorize", "/oidc/chosen"
OF_RESIDENTS = frozenset({"resident", "family"})
HTML = "text/html; charset=utf-8"


def people(request: Request, groups: Iterable[Group], onwards: Mapping[str, str]) -> Response:
    """Everybody of the demo, one click each: first those for whom the page that asks was made."""
    language = language_of(request)
    words, at_home = WORDS[language], onwards["client_id"] == "home"
    first, others = [], []
    for group in groups:
        fitting = [each for each in group.people if (each.role in OF_RESIDENTS) is at_home]
        rest = [each for each in group.people if each not in fitting]
        first += [listed(group.place, fitting, onwards, words)] if fitting else []
        others += [listed(group.place, rest, onwards, words)] if rest else []
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in onwards.items()
    )
    body = "".join(first) or f"<p>{escape(words['nobody'])}</p>"
    if others:
        body += f"<details><summary>{escape(words['others'])}</summary>{''.join(others)}</details>"
    body += (
        f'<form action="{CHOSEN}" method="get">{hidden}<label>{escape(words["other"])}'
        '<input name="person" required pattern="[a-z0-9][a-z0-9\\-]{0,63}" autocomplete="off">'
        f"</label><button>{escape(words['enter'])}</button></form>"
    )
    other = next(each for each in WORDS if each != language)
    switched = escape(f"{AUTHORIZE}?{urlencode({**onwards, 'ui_locales': other})}")
    body += (
        f'<p class="ways"><a href="{switched}" lang="{other}" hreflang="{other}">'
        f"{escape(WORDS[other]['language'])}</a></p>"
    )
    return page(request, words["title"], words["lead"], body)


def listed(place: str, some: Iterable[Person], onwards: Mapping[str, str], words: Mapping[str, Any]) -> str:
    """People of one place."""
    lines = []
    for each in some:
        link = escape(f"{CHOSEN}?{urlencode({**onwards, 'person': each.person})}")
        role = words["roles"].get(each.role, each.role)
        name = each.name or role
        about = " · ".join(filter(None, (role, each.home))) if each.name else each.person
        lines.append(
            f'<li><a class="person" href="{link}">'
            f'<span class="face" aria-hidden="true">{escape(name[:1])}</span>'
            f'<span class="who"><b>{escape(name)}</b><span>{escape(about)}</span></span></a></li>'
        )
    return f"<section><h2>{escape(place)}</h2><ul>{''.join(lines)}</ul></section>"


def refused(why: str, request: Request) -> Response:
    """Nobody is sent anywhere."""
    words = WORDS[language_of(request)]
    return page(request, words["refused"], why, ways(words), status=400)


def signed_out(request: Request) -> Response:
    words = WORDS[language_of(request)]
    return page(request, words["signed_out"], "", ways(words))


def told(request: Request, what: str, command: str = "", status: int = 200) -> Response:
    """`what` of the words, with its `…_how` and a command that helps."""
    words = WORDS[language_of(request)]
    body = f"<pre>{escape(command)}</pre>" if command else ""
    lead = words.get(f"{what}_how", "")
    return page(
        request, words[what], lead, body + (ways(words) if what == "not_there" else ""), status=status
    )


def ways(words: Mapping[str, Any]) -> str:
    return f'<p class="ways"><a href="/">{escape(words["back"])}</a></p>'


def page(request: Request, title: str, lead: str, body: str, *, status: int = 200) -> Response:
    written = PAGE.substitute(
        language=language_of(request), title=escape(title), lead=escape(lead), body=body
    )
    return Response(
        written, status, {"Cache-Control": "no-store", "Vary": "Accept-Language"}, content_type=HTML
    )


def language_of(request: Request) -> str:
    """What the client asks for, else what the browser does: Chinese unless English is liked better."""
    asked = request.values.get("ui_locales", "").split()
    for language in (*asked, *request.accept_languages.values()):
        if language.lower().startswith("zh"):
            return DEFAULT_LANGUAGE
        if language.lower().startswith("en"):
            return "en"
    return DEFAULT_LANGUAGE
