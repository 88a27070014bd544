"""Bills through the real handlers: what is billed in the end is what the dials say, by the days' tariffs."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from chalice.app import Chalice

from linli.aws import client
from linli.vocabulary.directory import MembershipChanged, PlaceChanged
from tests.integration.conftest import Http, Invoke, Service, published
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import METER, furnish_utilities
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.test_utilities import run_bills

NOW = datetime.fromisoformat("2026-12-20T08:00:00Z")
PATH = "/communities/willow"
WATER = {"tariff": "water", "medium": "water", "valid_from": "2025-01-01", "price": "3.00"}
DAY = "{}T00:00:00+08:00".format


class Town:
    """Willow, where readings come in and months are billed."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke) -> None:
        self.app, self.http, self.invoke = app, http, invoke
        self.numbers = iter(range(1, 10_000))

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        more = {"now": NOW} | WILLOW_MANAGER | more
        if body is not None:
            more["body"] = body
        return self.http(self.app, method, PATH + path, **more)

    def done(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.ask(method, path, body, **more)
        assert answer.status in {200, 201}, answer
        return answer.body

    def read(self, *sent: tuple[str, str], meter: str = "willow-meter-1", **more: Any) -> list[str]:
        readings = [
            {"measured_at": DAY(at) if len(at) == 10 else at, "value": value, "meter": meter} | more
            for at, value in sent
        ]
        body = {"event_id": f"e-{next(self.numbers)}", "seq": 1, "occurred_at": "2026-12-20T08:00:00Z"}
        message = rule_event("meter_reading", body | {"readings": readings}, "willow-meter-1", now=NOW)
        answer = self.invoke(self.app, "meter_reading", batch(message))
        assert answer["batchItemFailures"] == []
        return list(answer["outcomes"])

    def run(self, *periods: str) -> None:
        for period in periods:
            self.done("POST", "/bill_runs", {"period": period})
            run_bills(self.app, self.invoke)

    def check(self, period: str, **more: Any) -> Any:
        return self.done("POST", "/bill_runs", {"period": period, "check": True} | more)

    def bills(self, period: str, home: str = "b1/101") -> list[Any]:
        found = self.done("GET", "/bills", query={"period": period, "limit": "100"})["items"]
        return [each for each in found if each["home"] == home]

    def bill(self, period: str, home: str = "b1/101") -> Any:
        (found,) = self.bills(period, home)
        return found

    def told(self) -> list[Any]:
        return [each.data for each in published("willow") if each.type == "linli.utilities.bill_issued.v1"]

    def moves(self, person: str, homes: list[str], at: str, version: int) -> None:
        fact = MembershipChanged(
            community="willow", person=person, roles=["resident"], homes=homes, version=version
        )
        event = told(fact, f"{person}-{version}", datetime.fromisoformat(at))
        assert self.invoke(self.app, "household", batch(event))["outcomes"] == ["moved"]


@pytest.fixture
def town(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Town:
    app = service("utilities")
    furnish_utilities(app, http, invoke)
    monkeypatch.setattr(client("iot-data"), "publish", lambda **_: None)
    return Town(app, http, invoke)


def meter(town: Town, name: str, medium: str = "water", **more: Any) -> None:
    codes = {"water": "8-0:1.0.0", "gas": "7-0:3.0.0", "electricity": "1-0:1.8.0"}
    body = METER | {"meter": name, "medium": medium, "registers": [{"obis": codes[medium]}]}
    body |= {"device": "willow-meter-1"} | more
    town.done("POST", "/meters", {key: value for key, value in body.items() if value is not None})


def quantity(lines: list[Any]) -> Decimal:
    return sum((Decimal(each["quantity"]) for each in lines), Decimal(0))


def test_use_that_is_read_after_its_month_was_billed_is_on_the_next_bill(town: Town) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-07-24T10:00:00+08:00", "100"), ("2026-08-24T10:00:00+08:00", "131"))
    assert town.check("2026-08")["items"] == [
        {"home": "b1/101", "no_reading": ["willow-meter-1"], "no_tariff": [], "held": [], "estimated": []}
        | {"no_area": False, "no_headcount": False}
    ]
    town.run("2026-08")
    first = town.bill("2026-08")
    town.read(("2026-09-24T10:00:00+08:00", "162"))
    town.run("2026-09")
    town.read(("2026-10-24T10:00:00+08:00", "193"))
    town.run("2026-10")
    town.read(("2026-11-24T10:00:00+08:00", "224"))
    town.run("2026-11", "2026-08")
    assert town.bill("2026-08") == first, "a bill is never changed"
    assert first["lines"][0]["last_day"] == "2026-08-24"
    months = ("2026-08", "2026-09", "2026-10", "2026-11")
    found = [town.bill(each) for each in months]
    query = {"since": "2026-08", "until": "2026-11"}
    used = town.done("GET", "/meters/willow-meter-1/consumption", query=query)["items"]
    of_month = {each["month"]: Decimal(each["quantity"]) for each in used}
    assert quantity([line for each in found for line in each["lines"]]) == sum(of_month.values())
    assert sum(of_month[each] for each in months[:3]) == Decimal("93.000")
    assert sum(each["amount_fen"] for each in found) == sum(
        int((each * 300).quantize(Decimal(1), "ROUND_HALF_UP")) for each in of_month.values()
    )
    (late,) = [each for each in found[1]["lines"] if each.get("reason")]
    assert (late["period"], late["reason"], late["corrects"]) == ("2026-08", "late_reading", first["bill"])
    fact = next(each for each in town.told() if each["period"] == "2026-09")
    assert fact["corrections"] == [
        {
            "bill": first["bill"],
            "period": "2026-08",
            "reason": "late_reading",
            "amount_fen": late["amount_fen"],
        }
    ]


@pytest.mark.parametrize(("last", "owed"), [("112", 3600), ("100", 0)])
def test_an_actual_reading_puts_billed_estimates_right(town: Town, last: str, owed: int) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-04-01", "100"))
    town.read(("2026-05-01", "110"), ("2026-06-01", "120"), estimated=True)
    assert town.check("2026-04")["items"][0]["estimated"] == ["water"]
    town.run("2026-04", "2026-05")
    assert [line["estimated"] for each in ("2026-04", "2026-05") for line in town.bill(each)["lines"]] == [
        True,
        True,
    ]
    town.read(("2026-07-01", last))
    town.run("2026-06")
    bills = [town.bill(each) for each in ("2026-04", "2026-05", "2026-06")]
    assert [each["amount_fen"] for each in bills[:2]] == [3000, 3000]
    assert sum(each["amount_fen"] for each in bills) == owed
    told = {each["period"]: each for each in town.told()}
    assert told["2026-06"]["amount_fen"] == owed - 6000
    reasons = {each["reason"] for each in bills[2]["lines"] if each.get("reason")}
    assert reasons == {"replaced_estimate"}


def test_a_home_that_lacks_nothing_any_more_leaves_the_list_of_gaps(town: Town) -> None:
    town.read(("2026-05-01", "0"), ("2026-06-01", "31"))
    town.run("2026-05")
    (told,) = town.done("GET", "/bill_runs/2026-05/gaps")["items"]
    assert told["no_tariff"] == ["water"]
    town.done("POST", "/tariffs", WATER | {"tariff": "water-before", "valid_from": "2026-01-01"})
    town.run("2026-05")
    assert town.bill("2026-05")["amount_fen"] == 9300
    assert town.done("GET", "/bill_runs/2026-05/gaps")["items"] == []


@pytest.mark.parametrize("again", ["2026-05", "2026-07"])
def test_use_without_a_tariff_is_billed_once_the_tariff_is_there(town: Town, again: str) -> None:
    meter(town, "gas-1", "gas")
    gas = {"tariff": "gas", "medium": "gas", "price": "2.63"}
    town.done("POST", "/tariffs", gas | {"valid_from": "2026-06-15"})
    town.read(("2026-05-01", "0"), ("2026-07-01", "61"), meter="gas-1")
    assert town.check("2026-05")["items"][0]["no_tariff"] == ["gas", "water"]
    town.run("2026-05", "2026-06")
    assert town.bills("2026-05") == [], "a bill over nothing would count as paid"
    june = town.bill("2026-06")
    assert (june["amount_fen"], june["unpriced"]) == (4208, ["gas"])
    told = {each["home"]: each["no_tariff"] for each in town.done("GET", "/bill_runs/2026-05/gaps")["items"]}
    assert told == {"b1/101": ["gas", "water"]}
    town.done("POST", "/tariffs", gas | {"tariff": "gas-before", "valid_from": "2026-05-01"})
    town.run(again)
    if again == "2026-05":
        told = {
            each["home"]: each["no_tariff"] for each in town.done("GET", "/bill_runs/2026-05/gaps")["items"]
        }
        assert told == {"b1/101": ["water"]}
    found = [each for period in ("2026-05", "2026-06", "2026-07") for each in town.bills(period)]
    assert sum(each["amount_fen"] for each in found) == 8153 + 7890  # 31 and 30 m3
    reasons = {line.get("reason") for each in found for line in each["lines"]}
    assert reasons == {None, "late_tariff"}


STEPS_AND_HOURS = {
    "tariff": "e-step-tou",
    "medium": "electricity",
    "valid_from": "2026-01-01",
    "tiered_by": "year",
    "tiers": [{"up_to": "2760", "price": "0.538"}, {"price": "0.838"}],
    "windows": [
        {"name": "peak", "since": "08:00", "until": "22:00", "price": "0.568"},
        {"name": "valley", "since": "22:00", "until": "08:00", "price": "0.288"},
    ],
}


def test_windows_give_the_price_and_steps_a_surcharge(town: Town) -> None:
    meter(town, "power-1", "electricity")
    town.done("POST", "/tariffs", STEPS_AND_HOURS)
    town.read(("2026-01-01", "7"), ("2026-02-01", "2487"), ("2026-03-01", "4839"), meter="power-1")
    town.run("2026-01", "2026-02")
    january, february = town.bill("2026-01"), town.bill("2026-02")
    assert [each["what"] for each in january["lines"]] == ["peak", "valley"]
    by = {each["what"]: each for each in february["lines"]}
    assert [Decimal(by[each]["quantity"]) for each in ("peak", "valley")] == [Decimal(1372), Decimal(980)]
    assert (by["surcharge-tier-2"]["quantity"], by["surcharge-tier-2"]["price"]) == ("2072.000", "0.300")
    assert february["amount_fen"] == 77930 + 28224 + 62160


def test_steps_are_wider_for_more_persons(town: Town) -> None:
    tiers = [{"up_to": "12", "price": "2", "per_head": "3", "wider_by": "1"}, {"price": "3"}]
    body = {key: value for key, value in WATER.items() if key != "price"} | {"tiers": tiers}
    assert town.ask("POST", "/tariffs", body).problem == "invalid-request"
    town.done("POST", "/tariffs", body | {"heads": 4})
    town.read(*((f"2026-0{month}-01", str(100 + 20 * month)) for month in range(2, 6)))
    for period, heads, above in (("2026-02", 4, 8), ("2026-03", 5, 4), ("2026-04", 7, 0)):
        town.done("PUT", "/households/b1/101", {"headcount": heads})
        town.run(period)
        assert town.bill(period)["amount_fen"] == (20 - above) * 200 + above * 300, (
            "as many as live there now"
        )


def place(town: Town, unit: str, area: str, version: int = 1) -> str:
    fact = PlaceChanged(
        community="willow", building="b1", unit=unit, name=unit, area_m2=Decimal(area), version=version
    )
    answer = town.invoke(town.app, "household", batch(told(fact, f"place-{unit}-{version}")))
    (outcome,) = answer["outcomes"]
    return str(outcome)


def test_the_area_of_the_directory_counts_unless_another_was_said(town: Town) -> None:
    assert [place(town, "101", "80"), place(town, "102", "80.5"), place(town, "102", "90", 1)] == [
        "area_kept",
        "area_kept",
        "duplicate",
    ]
    areas = {each["home"]: each["area_m2"] for each in town.done("GET", "/households")["items"]}
    assert areas == {"b1/101": "80", "b1/102": "80.5"}
    assert town.done("PUT", "/households/b1/102", {"area_m2": "70"})["area_m2"] == "70"
    assert place(town, "102", "91", 2) == "area_kept"
    assert town.done("GET", "/households/b1/102")["area_m2"] == "70"


@pytest.mark.parametrize("by", ["area", "headcount"])
def test_a_shared_cost_waits_for_who_is_unknown_and_is_then_borne_by_all(town: Town, by: str) -> None:
    weights = {"area": {"area_m2": "80"}, "headcount": {"headcount": 1}}[by]
    lacking = {"area": "no_area", "headcount": "no_headcount"}[by]
    shared = WATER | {"shared_by": by, "shared_price": "3.00"}
    town.done("POST", "/tariffs", shared)
    meter(town, "shared", home=None, asset="b1-fire-tank")
    meter(town, "m-102", home="b1/102")
    town.done("PUT", "/households/b1/101", weights)
    town.read(("2026-07-01", "5"), ("2026-08-01", "36"), ("2026-09-01", "67"), meter="shared")
    found = town.check("2026-08")
    assert [each["home"] for each in found["items"] if each[lacking]] == ["b1/102"]
    assert [(each["meter"], each["amount_fen"], each["reason"]) for each in found["unshared"]] == [
        ("shared", 9300, lacking)
    ]
    town.run("2026-08")
    assert town.bills("2026-08", "b1/101") == [], "the others do not bear what is unknown"
    named = town.done("GET", "/bill_runs/2026-08")
    assert [(each["meter"], each["homes"]) for each in named["unshared"]] == [("shared", ["b1/102"])]
    if by == "area":
        assert place(town, "102", "80") == "area_kept"
    else:
        town.done("PUT", "/households/b1/102", weights)
    town.run("2026-07", "2026-09")
    found = [town.bill(period, home) for period in ("2026-07",) for home in ("b1/101", "b1/102")]
    lines = [line for each in found for line in each["lines"]]
    assert sum(line["amount_fen"] for line in lines if not line.get("reason")) == 9300
    late = [line for line in lines if line.get("reason")]
    assert {line["reason"] for line in late} == {"late_area"}
    assert (sum(line["amount_fen"] for line in late), {line["period"] for line in late}) == (
        9300,
        {"2026-08"},
    )


def test_days_of_a_held_reading_are_left_out_until_somebody_decides(town: Town) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-03-01", "100"), ("2026-03-11", "110"))
    assert town.read(("2026-03-11", "111")) == ["conflict"]
    town.read(("2026-03-21", "120"), ("2026-04-01", "131"), ("2026-05-01", "161"))
    held = [
        {"meter": "willow-meter-1", "medium": "water", "first_day": "2026-03-01", "last_day": "2026-03-20"}
    ]
    assert town.check("2026-03")["items"][0]["held"] == held
    town.run("2026-03")
    march = town.bill("2026-03")
    assert (march["amount_fen"], march["held"]) == (3300, held)
    town.run("2026-04")
    assert town.bill("2026-04")["amount_fen"] == 9000
    (waits,) = town.done("GET", "/held_readings")["items"]
    decision = {"decision": "accept", "note": "read by hand"}
    town.done("POST", f"/held_readings/{waits['held']}/decision", decision, headers={"Idempotency-Key": "k1"})
    town.read(("2026-06-01", "161"))
    town.run("2026-05")
    (late,) = [each for each in town.bill("2026-05")["lines"] if each.get("reason")]
    assert (late["reason"], late["amount_fen"], late["corrects"]) == (
        "corrected_reading",
        6000,
        march["bill"],
    )


def test_a_tenants_change_divides_the_month_at_the_day(town: Town) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-03-01", "100"), ("2026-04-01", "131"), ("2026-05-01", "161"))
    town.run("2026-02")
    town.moves("willow-resident-1", [], "2026-03-16T02:00:00Z", 2)
    town.moves("willow-resident-2", ["b1/101"], "2026-03-16T10:00:00Z", 1)
    town.run("2026-03", "2026-04")
    former, new = sorted(town.bills("2026-03"), key=lambda each: each["first_day"])
    assert (former["first_day"], former["last_day"], former["amount_fen"]) == (
        "2026-03-01",
        "2026-03-15",
        4500,
    )
    assert (new["first_day"], new["last_day"], new["amount_fen"]) == ("2026-03-16", "2026-03-31", 4800)
    assert (former["payers"], new["payers"]) == (["willow-resident-1"], ["willow-resident-2"])
    told = {each["bill"]: each["payers"] for each in town.told()}
    assert told[former["bill"]] == ["willow-resident-1"]
    other = member("willow-resident-2", "willow", "resident")
    seen = town.done("GET", "/bills", **other)["items"]
    assert [(each["period"], each["first_day"]) for each in seen] == [
        ("2026-04", "2026-04-01"),
        ("2026-03", "2026-03-16"),
    ]
    kept = town.done("GET", "/bills", **WILLOW_RESIDENT)["items"]
    assert [each["bill"] for each in kept] == [former["bill"]]
    for asker, days in (
        (other, ("2026-03-16", "2026-04-30")),
        (WILLOW_RESIDENT, ("2026-03-01", "2026-03-15")),
    ):
        query = {"since": "2026-03", "until": "2026-04"}
        months = town.done("GET", "/meters/willow-meter-1/consumption", query=query, **asker)["items"]
        found = [day["day"] for each in months for day in each["days"]]
        assert (found[0], found[-1]) == days
        assert sum(Decimal(each["quantity"]) for each in months) == len(found)
        march = town.done("GET", "/consumption", query={"month": "2026-03"}, **asker)["items"]
        assert march[0]["days"] == list(months[0]["days"])


def test_what_is_learnt_of_the_former_tenants_days_is_theirs(town: Town) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-03-01", "100"))
    town.read(("2026-04-01", "131"), estimated=True)
    town.moves("willow-resident-1", [], "2026-04-01T02:00:00Z", 2)
    town.moves("willow-resident-2", ["b1/101"], "2026-04-02T02:00:00Z", 1)
    town.run("2026-03")
    town.read(("2026-04-02", "105"), ("2026-05-01", "105"))
    town.run("2026-04")
    found = {each["payers"][0]: each for each in town.bills("2026-04")}
    assert found["willow-resident-2"]["amount_fen"] == 0, "the new one used nothing"
    owed = town.bill("2026-03")["amount_fen"] + found["willow-resident-1"]["amount_fen"]
    assert owed == 1500
    seen = town.done("GET", "/bills", **member("willow-resident-2", "willow", "resident"))["items"]
    assert [each["bill"] for each in seen] == [found["willow-resident-2"]["bill"]]


def test_a_meter_replaced_after_the_run_is_put_right(town: Town) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-03-01", "100"))
    town.read(("2026-03-19", "105"), estimated=True)
    town.run("2026-03")
    fitted = METER | {
        "meter": "willow-meter-9",
        "installed_at": "2026-03-20T02:00:00Z",
        "initial": [{"obis": "8-0:1.0.0", "value": "5"}],
        "device": "willow-meter-1",
    }
    final = [{"obis": "8-0:1.0.0", "value": "119"}]
    town.done("POST", "/meters/willow-meter-1/replacement", {"fitted": fitted, "final": final})
    town.read(("2026-04-01", "8"), ("2026-05-01", "8"), meter="willow-meter-9")
    town.run("2026-04")
    found = [*town.bills("2026-03"), *town.bills("2026-04")]
    assert sum(each["amount_fen"] for each in found) == (19 + 3) * 300
    assert [each["amount_fen"] for each in found] == [1500, 5100]


def test_a_check_issues_nothing_and_gives_homes_by_the_page(town: Town) -> None:
    for number in range(3):
        place(town, f"20{number}", "50")
        meter(town, f"m-20{number}", home=f"b1/20{number}")
    first = town.check("2026-03", limit=2)
    second = town.check("2026-03", limit=2, cursor=first["next_cursor"])
    named = [each["home"] for each in first["items"] + second["items"]]
    assert named == ["b1/101", "b1/200", "b1/201", "b1/202"]
    assert (first["counts"]["homes"], first["counts"]["no_reading"], first["counts"]["no_tariff"]) == (
        2,
        2,
        2,
    )
    assert town.ask("GET", "/bill_runs/2026-03").status == 404
    assert town.told() == []
    assert town.ask("POST", "/bill_runs", {"period": "2026-12", "check": True}).problem == "conflict"
    assert town.ask("POST", "/bill_runs", {"period": "2026-03", "limit": 2}).problem == "invalid-request"
    forged = {"period": "2026-03", "check": True, "cursor": "forged"}
    assert town.ask("POST", "/bill_runs", forged).status == 400


def test_runs_that_overtake_each_other_bill_each_month_by_itself(
    town: Town, lose_reply: Callable[[str], None]
) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-03-01", "100"), ("2026-04-01", "131"), ("2026-05-01", "161"))
    for period in ("2026-03", "2026-04"):
        town.done("POST", "/bill_runs", {"period": period})
    steps = [{"community": "willow", "period": each} for each in ("2026-03", "2026-04")]
    for step in steps:
        assert town.invoke(town.app, "bill_run", batch(step))["outcomes"] == ["divided"]
    lose_reply("TransactWriteItems")
    for step in reversed(steps):
        homes = batch(step | {"homes": ["b1/101"]})
        assert town.invoke(town.app, "bill_run", homes)["batchItemFailures"] == []
    run_bills(town.app, town.invoke)
    assert [town.bill(each["period"])["amount_fen"] for each in steps] == [9300, 9000]
    assert len(town.told()) == 2


def test_a_change_told_late_is_divided_at_its_day(town: Town) -> None:
    town.done("POST", "/tariffs", WATER)
    town.read(("2026-03-01", "100"), ("2026-04-01", "131"), ("2026-05-01", "161"))
    town.run("2026-03")
    town.moves("willow-resident-1", [], "2026-04-20T02:00:00Z", 2)
    town.moves("willow-resident-2", ["b1/101"], "2026-04-20T10:00:00Z", 1)
    stays = "/households/b1/101/stays"
    town.done("PUT", f"{stays}/willow-resident-1", {"until": "2026-03-15"})
    told = town.done("PUT", f"{stays}/willow-resident-2", {"since": "2026-03-16"})
    assert told["items"] == [
        {"person": "willow-resident-1", "until": "2026-03-15"},
        {"person": "willow-resident-2", "since": "2026-03-16"},
    ]
    assert town.done("GET", stays) == told
    wrong = town.ask("PUT", f"{stays}/willow-resident-1", {"since": "2026-03-16"})
    assert wrong.problem == "invalid-request"
    assert town.ask("PUT", f"{stays}/nobody-1", {"since": "2026-03-16"}).problem == "conflict"
    town.run("2026-04")
    bills = [*town.bills("2026-03"), *town.bills("2026-04")]
    owed: dict[str, int] = {}
    for each in bills:
        owed[each["payers"][0]] = owed.get(each["payers"][0], 0) + each["amount_fen"]
    assert owed == {"willow-resident-1": 4500, "willow-resident-2": 4800 + 9000}
    reasons = {line.get("reason") for each in bills for line in each["lines"]}
    assert reasons == {None, "tenant_changed"}


def test_meters_read_by_the_quarter_are_billed_by_the_hour_too(town: Town) -> None:
    meter(town, "power-1", "electricity")
    town.done("POST", "/tariffs", STEPS_AND_HOURS)
    town.read(("2026-01-01", "7"), ("2026-06-30", "1807"), meter="power-1")
    town.run("2026-03")
    by = {each["what"]: Decimal(each["quantity"]) for each in town.bill("2026-03")["lines"]}
    assert sum(by.values()) == 310
    assert abs(by["peak"] - Decimal(310) * 14 / 24) < Decimal("0.1")
