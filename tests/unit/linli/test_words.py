"""Words for people: which language somebody wants, and sentences with their parameters."""

import json
import subprocess
import sys
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core.core_schema import ErrorType

from linli.errors import Conflict, InvalidRequest, LinliError, Wrong
from linli.words import LANGUAGES, PARTS, Language, catalogue, language_of, sentence, words

ACCEPTED: dict[str | None, Language] = {
    None: "en",
    "": "en",
    "zh": "zh-CN",
    "zh-CN": "zh-CN",
    "ZH-cn": "zh-CN",
    "zh-Hans": "zh-CN",
    "zh-Hans-CN,zh;q=0.9": "zh-CN",
    "zh-TW": "zh-CN",
    "zh-HK,en;q=0.1": "zh-CN",
    "en": "en",
    "en-GB,en;q=0.9,zh;q=0.8": "en",
    "zh;q=0.8,en;q=0.9": "en",
    "en;q=0.8, zh-CN;q=0.9": "zh-CN",
    "en ; q=0.5 , zh ; q=0.6": "zh-CN",
    "fr-FR,fr;q=0.9,zh;q=0.3": "zh-CN",
    "fr,de;q=0.9": "en",
    "*": "en",
    "fr,*;q=0.1": "en",
    "zh;q=0": "en",
    "zh;q=0,en;q=0.1": "en",
    "zh;q=0.001": "zh-CN",
    "zhx,zh;q=0.2": "zh-CN",
    ",,;q=1,": "en",
}


@pytest.mark.parametrize(("accepted", "language"), ACCEPTED.items())
def test_the_language_is_the_one_that_is_wanted_most_of_those_there_are(
    accepted: str | None, language: Language
) -> None:
    assert language_of(accepted) == language


@given(st.text(max_size=200))
def test_whatever_is_sent_as_a_wish_for_a_language_leads_to_one(accepted: str) -> None:
    assert language_of(accepted) in LANGUAGES


@given(st.lists(st.sampled_from(["zh", "en"]), min_size=1, max_size=5), st.data())
def test_who_is_wanted_more_is_chosen(tags: list[str], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(0, 1000), min_size=len(tags), max_size=len(tags), unique=True))
    accepted = ",".join(f"{tag};q={weight / 1000:.3f}" for tag, weight in zip(tags, weights, strict=True))
    best = tags[weights.index(max(weights))] if max(weights) else "en"
    assert language_of(accepted).startswith(best)


def test_parameters_stand_in_their_places_and_codes_by_their_words() -> None:
    asked = {"state": "closed", "command": "reopen"}
    assert sentence("details", "ticket_cannot", asked, "en") == "a ticket that is closed cannot reopen"
    assert sentence("details", "ticket_cannot", asked, "zh-CN") == "状态为“已关闭”的工单不能“重开”"


def test_a_list_is_told_as_the_language_does() -> None:
    missing = {"fields": ["reason", "clock"], "command": "pause"}
    assert sentence("fields", "command_needs", missing, "en") == "pause needs reason, clock"
    assert sentence("fields", "command_needs", missing, "zh-CN") == "“暂停”须填写 reason、clock"


def test_what_stands_in_a_parameter_is_no_place_of_its_own() -> None:
    said = sentence("details", "order_not_taken", {"provider": "alipay", "said": "{provider}"}, "en")
    assert said == "Alipay does not take the order: {provider}"


def test_a_problem_has_a_code_its_parameters_and_both_languages() -> None:
    error = Conflict("too_many_credentials", {"most": 20}, holder="ann")
    english, chinese = error.problem("r-1"), error.problem("r-1", "zh-CN")
    assert english == {
        "type": "urn:linli:problem:conflict",
        "title": "Not possible in the present state",
        "status": 409,
        "code": "too_many_credentials",
        "parameters": {"most": 20},
        "detail": "a person has at most 20 credentials",
        "instance": "r-1",
        "holder": "ann",
    }
    assert chinese == english | {"title": "当前状态下无法进行", "detail": "每人最多 20 个通行凭证"}


def test_a_problem_that_says_no_more_than_its_type_has_that_as_its_code() -> None:
    assert LinliError().problem()["code"] == "internal"
    assert "detail" not in LinliError().problem(language="zh-CN")


def test_what_is_wrong_with_a_field_has_a_code_and_limits_in_both_languages() -> None:
    error = InvalidRequest(
        wrong=[Wrong("minutes", "less_than_equal", {"le": 1440}), Wrong("note", "missing")]
    )
    problem = error.problem(language="zh-CN")
    assert problem["errors"] == [
        {
            "field": "minutes",
            "code": "less_than_equal",
            "parameters": {"le": 1440},
            "message": "须不大于 1440",
        },
        {"field": "note", "code": "missing", "message": "必填"},
    ]
    assert problem["detail"] == "minutes：须不大于 1440；note：必填"
    assert str(error) == "minutes: Input should be less than or equal to 1440; note: Field required"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_of_error_that_pydantic_has_is_told_in_every_language(language: Language) -> None:
    assert set(get_args(ErrorType)) <= catalogue(language)["fields"].keys()


@pytest.mark.parametrize("part", PARTS)
def test_every_language_has_the_same_words(part: str) -> None:
    first, *others = (catalogue(language)[part] for language in LANGUAGES)
    assert all(other.keys() == first.keys() for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_can_take_the_catalogue_as_it_is(language: Language) -> None:
    """vue-i18n gives `@` and `|` a meaning of their own."""
    every = [text for part in catalogue(language).values() for text in part.values()]
    assert all(text.strip() == text != "" and not {"@", "|"} & set(text) for text in every)


def test_the_chinese_catalogue_is_chinese() -> None:
    chinese = catalogue("zh-CN")
    without = {
        code
        for part in PARTS
        for code, text in chinese[part].items()
        if not any("\u4e00" <= each <= "\u9fff" for each in text)
    }
    assert without <= {"provider_said"}  # nothing but parameters


def test_a_code_of_a_kind_has_the_words_of_its_kind_and_an_unknown_one_its_own_name() -> None:
    assert words("blocked_fever") == words("blocked_…")
    assert words("nobody_knows") == "nobody_knows"


def test_no_words_are_read_before_somebody_is_told_something() -> None:
    loaded = "import sys, linli.http, linli.mqtt, linli.tables; print('linli.words' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@given(st.decimals(allow_nan=False, allow_infinity=False), st.sets(st.text()))
def test_what_a_problem_says_can_be_sent_and_no_decimal_is_rounded(value: Decimal, names: set[str]) -> None:
    refused = Conflict("read_otherwise", {"register": "1-0:1.8.0", "value": value, "names": frozenset(names)})
    told = json.loads(json.dumps(refused.problem()))["parameters"]
    assert Decimal(told["value"]) == value
    assert set(told["names"]) == names
