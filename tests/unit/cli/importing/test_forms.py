"""The form knows what the services know, and every heading leads to one column."""

from typing import get_args

import pytest

from functions.access.gates.models import GateDirection
from functions.directory.membership.models import CommunityRole
from functions.utilities.meters.models import Medium
from linli.vocabulary.devices import EVERY_KIND
from linli_cli.importing import forms
from linli_cli.importing.forms import FORMS, WORDS, Form


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("roles", set(get_args(CommunityRole))),
        ("kinds", set(EVERY_KIND)),
        ("media", set(get_args(Medium))),
        ("directions", set(get_args(GateDirection))),
    ],
)
def test_there_are_words_for_all_that_the_services_know_and_nothing_else(words: str, codes: set[str]) -> None:
    assert set(WORDS[words]) == codes


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_each_heading_is_of_one_column(form: Form) -> None:
    for column in form.columns:
        for said in (column.code, column.heading, column.shown, *column.others):
            assert forms.column_called(form, said) is column, said


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_each_name_is_of_one_sheet(form: Form) -> None:
    for said in (form.code, form.heading, f"{form.heading}({form.code})", f"3. {form.heading}", *form.others):
        assert forms.form_called(said) is form, said
