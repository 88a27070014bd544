"""A person's data: the copy of it, and what is left of somebody who was forgotten."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from functions.directory.requests.store import SERVICES as SERVICES_ASKED
from linli import http
from linli.aws import of_botocore
from linli.personal import store
from linli.personal.items import is_here
from linli.personal.store import kinds
from linli.tables import Row
from linli.vocabulary.directory import MembershipChanged
from linli_cli.layout import services
from linli_cli.reading.tables import modules_of
from tests.integration import witness
from tests.integration.conftest import (
    MOTO,
    STAGE,
    _invoke,
    asking,
    empty_cloud,
    enter,
    starting,
    trusted,
)
from tests.integration.forgetting import (
    ANSWERING,
    BUCKET,
    SETTLED,
    TAKES_MEMBERSHIPS,
    Heard,
    Town,
    objects,
    readable,
    stored,
    text_of,
    told,
    waiting,
)
from tests.integration.forks import in_a_fork
from tests.integration.gateway import NOW
from tests.integration.issuer import Issuer
from tests.integration.neighbourhood import SAMPLE_BILL, csr, furnish, tell
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.planting import NAME, PHONE, SAID, SPELT, planted
from tests.integration.playing import SAMPLES, World, is_request

LAN = "willow-resident-1"
GOOD = frozenset({200, 201, 202, 204})
SERVICES = sorted(services())
Result = TypeVar("Result")


@pytest.fixture(scope="module")
def town(_served_issuer: Issuer) -> Iterator[Town]:
    """All services that know people, furnished, with a name and a phone in whatever field takes them."""
    with ExitStack() as stack:
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(empty_cloud(monkeypatch))
        issuer = trusted(_served_issuer, monkeypatch)
        town = Town(starting(MOTO), asking(), _invoke).open()
        for name in ANSWERING:
            furnish(name, town.apps[name], town.http, town.invoke)
        record = {"name": NAME, "phone": PHONE}
        path = f"/communities/willow/people/{LAN}"
        assert town.http(town.apps["directory"], "PUT", path, body=record, **WILLOW_MANAGER).status == 200
        pay_by_hand(town)
        revoke_a_device(town)
        for name in ANSWERING:
            plant(World(town.service, town.invoke, issuer, name))
        yield town


def pay_by_hand(town: Town) -> None:
    """A bill is paid at the counter, and somebody notes who came."""
    taken = {"bills": [SAMPLE_BILL], "means": "cash", "amount_fen": 3580, "reference": "No. 0001"}
    body = taken | {"payer": LAN, "note": SAID}
    paid = town.http(
        town.apps["payments"],
        "POST",
        "/communities/willow/hand_payments",
        body=body,
        headers={"Idempotency-Key": "by-hand-1"},
        **WILLOW_MANAGER,
    )
    assert paid.status == 201, paid.text


def revoke_a_device(town: Town) -> None:
    """A resident's button is revoked, and who did so writes whose it was."""
    path, body = (
        "/communities/willow/devices",
        {"device": "willow-button-1", "kind": "sos_button", "csr": csr()},
    )
    made = town.http(town.apps["devices"], "POST", path, body=body, **WILLOW_MANAGER)
    assert made.status == 201, made.text
    path, why = f"{path}/willow-button-1", {"reason": SAID}
    assert town.http(town.apps["devices"], "DELETE", path, query=why, **WILLOW_MANAGER).status == 204


def plant(world: World) -> None:
    """Let every good sample of a service happen with the name and the phone in it."""
    for sample in SAMPLES:
        if sample.parts[0] != world.name or sample.stem.split("_")[0] not in {"normal", "edge", "http"}:
            continue
        played = world.play(sample)
        for event in planted(played.event, absent_of(played.event)):
            played.event = event
            if is_request(event):
                event["requestContext"]["requestId"] += "-planted"
            if played.to_the_end()[-1] in GOOD and is_request(event):
                break


def absent_of(event: Any) -> list[str]:
    """The members that a request's body may have."""
    if not is_request(event):
        return []
    asked = event["httpMethod"], event["resource"]
    found = (each.body for each in http.ROUTES if (each.method, each.path) == asked)
    return [name for body in found for name in body.model_fields]


def tried(act: Callable[[], Result]) -> Result:
    """What happens in a copy of the town, asked of AWS with the rights of policies and no more."""
    result, seen, ended = in_a_fork(lambda: (act(), witness.testimony(), set(witness.ENDED)))
    witness.hear_of(seen)
    witness.ENDED |= ended
    assert list(witness.called_without_a_right()) == []
    assert list(witness.ended_otherwise()) == []
    return result


def is_left(text: str) -> bool:
    """Whether the name, or the phone in any spelling, is in a text."""
    return NAME in text or any(each in text for each in (PHONE[3:], SPELT))


def kind_of(item: dict[str, Any]) -> str:
    return str(item["kind"]["S"])


def is_of_willow(item: dict[str, Any]) -> bool:
    return is_here(store.parts_of(dict(kinds())[kind_of(item)], item), item, "willow")


def left_of(town: Town) -> dict[str, set[str]]:
    """The kinds of rows, by service, in which the name or the phone still stands."""
    found = {
        name: {kind_of(item) for item in stored(name) if is_left(text_of(item)) and is_of_willow(item)}
        for name in town.apps
    }
    return {name: kinds_left for name, kinds_left in found.items() if kinds_left}


def test_whatever_was_planted_is_gone_but_from_what_is_declared_as_kept(town: Town) -> None:
    def forgotten() -> tuple[Any, ...]:
        before = left_of(town)
        with Heard() as heard:
            shown = town.forget(LAN)
        rows = [readable(item).kind for name in ANSWERING for item in stored(name) if enter(town.apps[name])]
        bodies = [key for key, content in objects() if is_left(content.decode(errors="replace"))]
        return (
            before,
            left_of(town),
            shown,
            len(rows),
            bodies,
            [each for each in waiting() if is_left(each[1])],
            heard.lines,
        )

    before, after, shown, rows, bodies, messages, log = tried(forgotten)

    assert before.keys() >= {"access", "care", "devices", "directory", "maintenance", "payments"}, (
        "nothing was planted"
    )
    ours = [(name, kind) for name, kind in kinds() if of_linli(kind)]
    kept_whole = {name for name, kind in ours if kind.PERSONAL.whole or kind.PERSONAL.others}
    assert {name: found - kept_whole for name, found in after.items() if found - kept_whole} == {}
    assert rows
    assert (bodies, messages) == ([], [])
    assert log
    assert [line for line in log if is_left(line)] == []
    assert shown["state"] == "done"
    told = {each["kind"] for service in shown["services"] for each in service["kept"]}
    assert {kind for found in after.values() for kind in found} <= told


def test_a_copy_holds_what_is_theirs_and_nothing_of_others(town: Town) -> None:
    def copied() -> tuple[Any, dict[str, bytes], list[str]]:
        asked = town.ask("export", LAN)
        town.answers(town.asked())
        path = f"/me/exports/{asked.body['request']}"
        shown = town.http(town.apps["directory"], "GET", path, **WILLOW_RESIDENT)
        files = {key: content for key, content in objects() if key.startswith(BUCKET)}
        return shown.body, files, [key for key in files if "/parts/" in key]

    shown, files, parts = tried(copied)

    assert (shown["state"], parts) == ("done", [])
    assert "/copies/" in shown["url"]
    (copy,) = files.values()
    lines = list(read_copy(copy))
    assert {each["service"] for each in lines} >= {"access", "care", "directory", "maintenance", "payments"}
    assert {"person", "membership", "ticket", "credential", "watch"} <= {each["kind"] for each in lines}
    whole = json.dumps(lines, ensure_ascii=False)
    assert NAME in whole
    assert "Her daughter" not in whole
    assert "+8613800000002" not in whole
    assert "willow-manager-1" not in whole
    assert "willow-family-1" not in whole


def test_health_and_insight_add_what_they_know_to_the_copy(town: Town) -> None:
    def copied() -> set[str]:
        caregiver = member("willow-caregiver-1", "willow", "caregiver")
        measured = {"event_id": "measured-1", "person": LAN, "temperature_c": "36.6"}
        path = "/communities/willow/temperatures"
        assert town.http(town.apps["health"], "POST", path, body=measured, **caregiver).status < 300
        town.ask("export", LAN)
        town.tell_of_members("willow")
        town.answers(town.asked())
        (copy,) = [content for key, content in objects() if key.startswith(BUCKET)]
        return {each["service"] for each in read_copy(copy)}

    assert tried(copied) >= {"health", "insight"}


def test_who_has_revoked_a_device_finds_that_in_their_copy(town: Town) -> None:
    def copied() -> set[str]:
        town.ask("export", "willow-manager-1")
        town.tell_of_members("willow")
        town.answers(town.asked())
        (copy,) = [content for key, content in objects() if key.startswith(BUCKET)]
        return {each["kind"] for each in read_copy(copy) if each["service"] == "devices"}

    assert tried(copied) == {"device"}


def test_a_photo_goes_with_who_has_taken_it(town: Town) -> None:
    def photos() -> list[str]:
        return [key for key, _ in objects() if "photos" in key]

    def forgotten() -> tuple[list[str], list[str]]:
        before = photos()
        photograph(town)
        assert len(photos()) == len(before) + 1
        town.forget(LAN)
        return before, photos()

    before, after = tried(forgotten)

    assert after == before


def photograph(town: Town) -> None:
    """A photo of a repair is uploaded by who has reported it."""
    app, path = town.apps["maintenance"], "/communities/willow/tickets"
    body = {"category": "electrical", "description": "dark", "building": "b1", "unit": "101"}
    more = {"headers": {"Idempotency-Key": "photographed-1"}, **WILLOW_RESIDENT}
    ticket = town.http(app, "POST", path, body=body, **more).body["ticket"]
    wanted = {"content_type": "image/jpeg", "size_bytes": 1000}
    more = {"headers": {"Idempotency-Key": "photographed-2"}, **WILLOW_RESIDENT}
    upload = town.http(app, "POST", f"{path}/{ticket}/photos", body=wanted, **more).body
    bucket = f"linli-{STAGE}-maintenance-photos-123456789012"
    of_botocore("s3").put_object(Bucket=bucket, Key=upload["fields"]["key"], Body=b"a photo")


def read_copy(content: bytes) -> Iterator[dict[str, Any]]:
    """Each row of a copy, with the service it is of."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            for line in archive.read(name).decode().splitlines():
                yield {"service": name.removesuffix(".ndjson"), **json.loads(line)}


def test_nothing_is_lost_of_a_copy_that_services_are_asked_for_twice(town: Town) -> None:
    def copied_twice() -> tuple[int, int]:
        town.ask("export", LAN)
        event = town.asked()
        town.answers(event)
        once = [content for key, content in objects() if key.startswith(BUCKET)]
        for name in ANSWERING:
            assert town.sends(name, event) == ["duplicate"]
        again = [content for key, content in objects() if key.startswith(BUCKET)]
        return len(list(read_copy(once[0]))), len(list(read_copy(again[0])))

    once, again = tried(copied_twice)

    assert once == again > 0


def test_every_kind_of_rows_says_what_becomes_of_a_person_in_it() -> None:
    for service in SERVICES:
        modules_of(service)

    undeclared = [name for name, kind in kinds() if "PERSONAL" not in vars(kind) and of_linli(kind)]

    assert undeclared == [], "declare PERSONAL beside KEPT (linli.personal.fates)"


def of_linli(kind: type[Row]) -> bool:
    return not kind.__module__.startswith("tests.")


def test_every_service_whose_rows_hold_people_answers() -> None:
    people = {
        kind.__module__.split(".")[1]
        for name, kind in kinds()
        if kind.__module__.startswith("functions.") and kind.PERSONAL.what != "nobody"
    }

    assert people <= set(ANSWERING) == set(SERVICES_ASKED)


def test_who_is_asked_for_again_while_services_are_at_it_is_one_request(town: Town) -> None:
    first, again = tried(lambda: [town.ask("forgetting", LAN).body["request"] for _ in range(2)])

    assert first == again


def test_the_last_manager_stays(town: Town) -> None:
    def asked() -> tuple[int, str]:
        refused = town.http(
            town.apps["directory"], "POST", "/me/forgetting", body={"community": "willow"}, **WILLOW_MANAGER
        )
        return refused.status, refused.text

    status, text = tried(asked)

    assert status == 409
    assert "manager" in text


def test_of_who_is_not_known_nobody_is_told(town: Town) -> None:
    def asked() -> tuple[int, int]:
        return town.ask("forgetting", "nobody-9").status, town.ask("export", LAN, "maple").status

    assert tried(asked) == (404, 404)


def test_nothing_begins_while_a_token_of_theirs_may_still_open_something(town: Town) -> None:
    def too_soon() -> list[str]:
        town.now = NOW + timedelta(minutes=5)
        town.ask("forgetting", LAN)
        return [outcome for name in ANSWERING for outcome in town.sends(name, town.asked())]

    assert tried(too_soon) == ["not_yet"] * len(ANSWERING)


def test_while_an_alert_is_open_care_waits_and_says_so(town: Town) -> None:
    def waits() -> Any:
        path = "/communities/willow/calls_for_help"
        assert town.http(town.apps["care"], "POST", path, body={}, **WILLOW_RESIDENT).status == 201
        town.ask("forgetting", LAN)
        event = town.asked()
        assert town.sends("care", event) == ["waits"]
        assert town.sends("care", event) == ["waits"]
        enter(town.apps["care"])
        (word,) = [each for each in told("willow") if "answered" in each.type]
        town.sends("directory", word)
        return town.http(town.apps["directory"], "GET", "/me/forgetting", **WILLOW_RESIDENT).body["items"][0]

    shown = tried(waits)

    care = next(each for each in shown["services"] if each["service"] == "care")
    assert (care["state"], care["waits_for"]) == ("waits", "alert_is_open")


def test_what_was_read_before_and_written_after_is_found_by_the_next_turn(town: Town) -> None:
    def races() -> list[str]:
        town.ask("forgetting", LAN)
        event = town.asked()
        enter(town.apps["maintenance"])
        before = [item for item in stored("maintenance") if is_left(text_of(item))]
        assert town.sends("maintenance", event) == ["once_more"]
        for item in before:  # somebody writes what they had read
            of_botocore("dynamodb").put_item(TableName="linli-test-maintenance", Item=item)
        return town.sees_to("maintenance", event)

    assert tried(races) == ["once_more", "answered"]


def test_a_table_that_takes_longer_than_a_delivery_is_gone_on_with(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly() -> tuple[list[str], dict[str, set[str]]]:
        town.ask("forgetting", LAN)
        monkeypatch.setattr(store, "PAGE", 5)
        monkeypatch.setattr(store, "WALKS_S", 0.0)
        outcomes: list[str] = []
        while not outcomes or outcomes[-1] in {"went_on", "once_more"}:
            outcomes += town.sends("maintenance", town.asked())
        return outcomes, left_of(town)

    outcomes, left = tried(slowly)

    assert outcomes.count("went_on") > 2
    assert outcomes[-1] == "answered"
    assert "maintenance" not in left


def test_late_words_of_who_they_were_bring_nobody_back(town: Town) -> None:
    def late() -> dict[str, list[str]]:
        town.forget(LAN)
        old = MembershipChanged(community="willow", person=LAN, roles=["resident"], home="b1/101", version=1)
        for name, action in TAKES_MEMBERSHIPS.items():
            tell(town.apps[name], town.invoke, action, old)
        return {
            name: [
                text_of(item) for item in stored(name) if LAN in text_of(item) and "b1/101" in text_of(item)
            ]
            for name in ("access", "care", "maintenance", "payments")
        }

    found = tried(late)

    assert {name: [text for text in texts if '"due"' not in text] for name, texts in found.items()} == {
        "access": [],
        "care": [text for text in found["care"] if '"watch' not in text and '"alert"' in text],
        "maintenance": [],
        "payments": [text for text in found["payments"] if '"payment_intent"' in text],
    }


def test_who_lives_in_two_communities_is_forgotten_in_one(town: Town) -> None:
    def elsewhere() -> tuple[list[str], list[str]]:
        in_maple = {"name": NAME, "phone": PHONE}
        path = f"/communities/maple/people/{LAN}"
        app = town.apps["directory"]
        assert town.http(app, "PUT", path, body=in_maple, **MAPLE_MANAGER).status == 200
        roles = {"roles": ["resident"]}
        path = f"/communities/maple/memberships/{LAN}"
        assert town.http(app, "PUT", path, body=roles, **MAPLE_MANAGER).status == 200
        town.forget(LAN)
        me = town.http(app, "GET", "/me", **member(LAN, "maple", "resident")).body
        return [each["community"] for each in me["communities"]], [
            kind_of(item) for item in stored("directory") if is_left(text_of(item)) and LAN in text_of(item)
        ]

    communities, left = tried(elsewhere)

    assert (communities, left) == (["maple"], ["person"])


def test_what_an_issuer_calls_them_is_linked_to_nobody(town: Town) -> None:
    def linked() -> list[str]:
        app, path = town.apps["directory"], f"/communities/willow/people/{LAN}/identities"
        given = {"issuer": "https://lan.auth0.com/", "subject": "auth0|5f7c8ec7c33c6c004bbafe82"}
        assert town.http(app, "POST", path, body=given, **WILLOW_MANAGER).status == 200
        town.forget(LAN)
        return [kind_of(item) for item in stored("directory") if kind_of(item) == "identity"]

    assert tried(linked) == []


def test_that_somebody_asked_stays_and_of_whom_does_not(town: Town) -> None:
    def noted() -> tuple[list[dict[str, Any]], list[str]]:
        town.forget(LAN)
        page = town.http(
            town.apps["directory"], "GET", "/communities/willow/personal_requests", **WILLOW_MANAGER
        )
        rows = [text_of(item) for item in stored("directory") if kind_of(item) == "personal_request_noted"]
        return page.body["items"], rows

    items, rows = tried(noted)

    assert [(each["asked"], each["by"]) for each in items] == [("forgetting", "themself")]
    assert items[0]["ended_at"] is not None
    assert not any(LAN in row or is_left(row) for row in rows)


def test_who_is_back_in_a_table_that_was_restored_is_forgotten_once_more(town: Town) -> None:
    def restored() -> tuple[int, set[str], str]:
        before = list(stored("maintenance"))
        town.forget(LAN)
        for item in before:  # as it was
            of_botocore("dynamodb").put_item(TableName="linli-test-maintenance", Item=item)
        assert "maintenance" in left_of(town)
        path = f"/communities/willow/people/{LAN}/forgetting"
        town.now = SETTLED + timedelta(days=20)
        later = town.now - timedelta(minutes=6)
        who = {**WILLOW_MANAGER, "now": later}
        asked = town.http(town.apps["directory"], "POST", path, body={"again": True}, **who)
        town.answers(town.asked())
        shown = town.http(town.apps["directory"], "GET", path, **who)
        return asked.status, left_of(town).get("maintenance", set()), shown.body["state"]

    assert tried(restored) == (202, set(), "done")
