"""The front's own pages say the same in both languages."""

from linli.permissions import Role
from linli_cli.demo import signing_in
from localstack.front.choosing import WORDS


def test_both_languages_have_all_words() -> None:
    first, second = WORDS.values()
    assert first.keys() == second.keys()
    assert first["roles"].keys() == second["roles"].keys()


def test_every_role_has_a_name() -> None:
    shown = {each["role"] for group in signing_in.groups() for each in group["people"]}
    for words in WORDS.values():
        assert {*Role, *shown} <= words["roles"].keys()


def test_everybody_of_the_demo_is_listed_once() -> None:
    people = [each["person"] for group in signing_in.groups() for each in group["people"]]
    assert len(people) == len(set(people))
    assert {"willow-manager-1", "willow-resident-1", "acme-operator-1", "riverside-official-1"} <= set(people)
