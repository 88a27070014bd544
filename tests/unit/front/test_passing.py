"""Which paths are passed on to an API: none that could leave it."""

import posixpath
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstack.front.passing import leaves

BASE = "/_aws/execute-api/a1b2c3/api"


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "./a",
        "%2e%2e/x",
        "%2E./x",
        ".%2e/x",
        "a%2f..%2fx",
        "a/..%2f..",
        "..%5cx",
        "%252e%252e/x",
        "%25252e%25252e%25252fx",
        "a\\..\\x",
        "a%00b",
        "a%0d%0ab",
        "a%7f",
        "a b",
        "a\tb",
        "ä",
        "\x7f",
    ],
)
def test_a_path_that_could_leave_its_api_is_told(path: str) -> None:
    assert leaves(path)


@pytest.mark.parametrize(
    "path",
    ["", "communities/willow/passes", "a/...", "a..b/c", "a%2Fb", "%E6%9F%B3", "a//b", "a/b/", "b1%2F101"],
)
def test_a_path_that_stays_is_let_through(path: str) -> None:
    assert not leaves(path)


PIECES = st.lists(
    st.sampled_from(["..", ".", "/", "a", "%2e", "%2E", "%2f", "%5c", "\\", "%25", "2e", "2f", "%", "%%32e"]),
    max_size=8,
).map("".join)


@given(PIECES)
def test_no_path_leaves_its_api_however_often_it_is_decoded(path: str) -> None:
    if leaves(path):
        return
    for _ in range(6):
        stays = posixpath.normpath(f"{BASE}/{path}".replace("\\", "/"))
        assert stays == BASE or stays.startswith(f"{BASE}/")
        path = unquote(path)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="./\\%"))


@given(NAMES)
def test_any_name_can_be_part_of_a_path(name: str) -> None:
    assert not leaves(f"communities/{quote(name, safe='')}")
