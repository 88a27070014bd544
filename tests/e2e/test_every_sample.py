"""Every sample through its deployed function, where IAM is enforced: a missing right is a 503 here."""

import json

import pytest

from linli_cli.layout import ROOT
from tests.e2e.conftest import Town

pytestmark = pytest.mark.e2e


def test_every_sample_ends_in_the_town_as_its_name_says(town: Town) -> None:
    replayed = town.linli("replay", str(ROOT / "events"), "--json")

    results = json.loads(replayed.stdout)
    assert len(results) == len(list((ROOT / "events").rglob("*.json")))
    wrong = [f"{each['sample']}: {each['outcome']}" for each in results if not each["as_named"]]
    assert wrong == [], replayed.stderr
