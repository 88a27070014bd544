"""The pages' own shape: each screen has its words in both languages, and a test in a browser."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "functions/console/web"
README = (WEB.parent / "README.md").read_text(encoding="utf-8")
PACKAGES = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
SCREENS = sorted(path.parent.name for path in WEB.glob("src/console/screens/*/Screen.vue"))
CHINESE = sorted(path for path in WEB.glob("src/**/words.zh-CN.json"))
MOST_PACKAGES = 15
SOURCES = [
    path for end in ("vue", "ts") for path in sorted(WEB.glob(f"src/**/*.{end}")) if path.name != "schema.ts"
]


def leaves(said: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text and where it stands."""
    if isinstance(said, str):
        yield at, said
    else:
        for name, inner in said.items():
            yield from leaves(inner, f"{at}.{name}")


def words(path: Path) -> dict[str, str]:
    return dict(leaves(json.loads(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("chinese", CHINESE, ids=lambda path: path.parent.name)
def test_words_are_complete_in_both_languages(chinese: Path) -> None:
    zh, en = words(chinese), words(chinese.with_name("words.en.json"))
    assert zh.keys() == en.keys()
    assert all(zh.values())
    assert all(en.values())
    # And say the same things: each with the same places for what is filled in
    holes = {
        name: (set(re.findall(r"{(\w+)}", zh[name])), set(re.findall(r"{(\w+)}", en[name]))) for name in zh
    }
    assert {name: both for name, both in holes.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_its_parts(screen: str) -> None:
    folder = WEB / "src/console/screens" / screen
    assert {"Screen.vue", "queries.ts", "words.zh-CN.json", "words.en.json"} <= {
        each.name for each in folder.iterdir()
    }
    assert (ROOT / f"tests/e2e/browser/test_{screen}.py").exists()
    assert f"| `{screen}` " in README


def test_no_word_stands_in_the_code() -> None:
    def said(path: Path) -> str:
        return re.sub(r"(?s)<!--.*?-->|/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"))

    found = {path.name: re.findall(r"[\u4e00-\u9fff、（）：]+", said(path)) for path in SOURCES}
    assert {name: each for name, each in found.items() if each} == {}


SHEETS = [*sorted(WEB.glob("src/**/*.css")), *sorted(WEB.glob("src/**/*.vue"))]
OF_LIBRARIES = ("van-", "el-")


def test_tokens_are_declared_in_one_place_and_each_that_is_used_is_there() -> None:
    tokens = WEB / "src/shared/tokens.css"
    declared = {
        path.name: {
            name
            for name in re.findall(r"(?m)^\s*--([a-z0-9-]+):", path.read_text(encoding="utf-8"))
            if not name.startswith(OF_LIBRARIES)
        }
        for path in SHEETS
    }
    ours = declared.pop(tokens.name)
    assert {name: names for name, names in declared.items() if names} == {}
    used = {name for path in SHEETS for name in re.findall(r"var\(--([a-z0-9-]+)", path.read_text("utf-8"))}
    assert {name for name in used - ours if not name.startswith(OF_LIBRARIES)} == set()


def test_only_one_file_fetches() -> None:
    fetching = {
        path.name
        for path in SOURCES
        if re.search(r"\bfetch\(|XMLHttpRequest", path.read_text(encoding="utf-8"))
    }
    assert fetching == {"api.ts"}


def test_packages_are_few_each_with_its_reason_and_locked_without_an_address() -> None:
    direct = [*PACKAGES["dependencies"], *PACKAGES["devDependencies"]]
    assert len(direct) <= MOST_PACKAGES
    listed = README[README.index("| packaged |") :]
    assert [name for name in direct if name not in listed] == []
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock


@pytest.mark.skipif(
    not (WEB / "dist/home/index.html").exists(), reason="the pages are not built: make console"
)
@pytest.mark.parametrize(("page", "most_kb"), [("home", 150), ("console", 200)])
def test_the_first_load_is_small_enough_for_a_slow_network(page: str, most_kb: int) -> None:
    html = (WEB / f"dist/{page}/index.html").read_bytes()
    first = r'(?:<script[^>]* src|<link[^>]* rel="(?:modulepreload|stylesheet)"[^>]* href)="/([^"]+)"'
    files = [WEB / "dist" / path for path in re.findall(first, html.decode())]
    assert files
    sizes = [len(gzip.compress(content)) for content in (html, *(path.read_bytes() for path in files))]
    assert sum(sizes) / 1024 <= most_kb
