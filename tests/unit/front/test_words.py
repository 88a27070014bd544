"""The front's own pages say the same in both languages."""

from linli.permissions import Role
from linli.words import PLACE
from linli_cli.demo import signing_in
from localstack.front.choosing import WORDS
from localstack.front.problems import STATUSES


def test_both_languages_have_all_words() -> None:
    first, second = WORDS.values()
    assert first.keys() == second.keys()
    assert first["roles"].keys() == second["roles"].keys()


def test_what_is_refused_is_of_one_kind_in_both_languages() -> None:
    first, second = WORDS.values()
    kinds = {code: slug for code, (slug, _) in first["refusals"].items()}
    assert kinds == {code: slug for code, (slug, _) in second["refusals"].items()}
    assert set(kinds.values()) == set(STATUSES) == set(first["problems"]) == set(second["problems"])
    for code in kinds:
        places = [PLACE.findall(words["refusals"][code][1]) for words in WORDS.values()]
        assert places[0] == places[1]


def test_every_role_has_a_name() -> None:
    shown = {each["role"] for group in signing_in.groups() for each in group["people"]}
    for words in WORDS.values():
        assert {*Role, *shown} <= words["roles"].keys()


def test_everybody_of_the_demo_is_listed_once() -> None:
    people = [each["person"] for group in signing_in.groups() for each in group["people"]]
    assert len(people) == len(set(people))
    assert {"willow-manager-1", "willow-resident-1", "acme-operator-1", "riverside-official-1"} <= set(people)
