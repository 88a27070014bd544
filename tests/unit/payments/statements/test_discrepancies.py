"""Where a provider's statement and our books differ."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.books import ledger
from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Refund
from functions.payments.books.refund_keys import refund_key
from functions.payments.providers.protocol.notices import Notice
from functions.payments.statements.discrepancies import Discrepancy, OurOrder, differences
from tests.unit.payments.an_order import AMOUNT, PAID, REFUND, says
from tests.unit.payments.shop import INTENT, NOW

DAY = date(2026, 1, 5)
PAYMENT = ledger.paid(PAID, NOW, NOW, surplus=False)
BACK = ledger.refunded(REFUND, NOW, NOW, surplus=False)
LINE = says("paid")
LINE_BACK = says("refunded", refund="refund-1", refund_fen=1000)
DONE = REFUND.model_copy(update={"state": "done"})


def found(lines: list[Notice], entries: list[Entry], **named: int) -> list[Discrepancy]:
    """Of orders that are as the entries say."""
    held = {
        each.intent: OurOrder(
            PAID.model_copy(update={"intent": each.intent, "named": named}),
            tuple(_refund(back) for back in entries if back.refund and back.intent == each.intent),
        )
        for each in entries
        if each.intent
    }
    return list(differences(DAY, "wechat", lines, held, entries))


def _refund(entry: Entry) -> Refund:
    told = {"refund": entry.refund, "intent": entry.intent, "amount_fen": entry.lines[0].fen}
    return DONE.model_copy(update=told)


def test_the_same_on_both_sides_is_no_discrepancy() -> None:
    assert found([LINE, LINE_BACK], [PAYMENT, BACK, ledger.issued("bill-1", AMOUNT, NOW)]) == []


def test_what_only_one_side_has() -> None:
    (ours,) = found([LINE], [PAYMENT, BACK])
    assert (ours.what, ours.refund, ours.ours_fen) == ("not_in_the_statement", "refund-1", -1000)
    (theirs,) = found([LINE], [])
    assert (theirs.what, theirs.order, theirs.theirs_fen) == ("not_in_our_books", INTENT, AMOUNT)


def test_a_refund_made_at_the_provider_is_known_by_its_number_there() -> None:
    elsewhere = says("refunded", refund="CONSOLE 1", refund_fen=1000)
    back = ledger.refunded(
        REFUND.model_copy(update={"refund": refund_key(elsewhere)}), NOW, NOW, surplus=False
    )
    assert found([LINE, elsewhere], [PAYMENT, back]) == []


@pytest.mark.parametrize(("booked_fen", "agrees"), [(300, True), (299, False)])
def test_refunds_booked_as_a_total_agree_in_all(booked_fen: int, agrees: bool) -> None:
    """Alipay's notices tell how much has gone back in all; its statement has a line for each refund."""
    lines = [LINE, *(says("refunded", refund=f"CONSOLE {n}", refund_fen=n * 100) for n in (1, 2))]
    total = REFUND.model_copy(update={"refund": "total-300", "amount_fen": booked_fen})
    assert (found(lines, [PAYMENT, ledger.refunded(total, NOW, NOW, surplus=False)]) == []) == agrees


def test_a_total_of_one_order_does_not_excuse_another() -> None:
    """Each order agrees by itself: sums of several may be alike by chance."""
    lines = [
        says("refunded", order="i-1", refund="CONSOLE 1", refund_fen=100),
        says("refunded", order="i-2", refund="CONSOLE 2", refund_fen=200),
    ]
    swapped = [
        ledger.refunded(
            REFUND.model_copy(update={"intent": order, "refund": f"total-{order}", "amount_fen": fen}),
            NOW, NOW, surplus=False,
        )
        for order, fen in (("i-1", 200), ("i-2", 100))
    ]  # fmt: skip
    assert {each.order for each in found(lines, swapped)} == {"i-1", "i-2"}


def test_another_amount() -> None:
    (differs,) = found([says("paid", amount_fen=1)], [PAYMENT])
    assert (differs.what, differs.ours_fen, differs.theirs_fen) == ("amount_differs", AMOUNT, 1)


def test_what_we_heard_whenever_is_in_our_books() -> None:
    held = {INTENT: OurOrder(PAID, (DONE,))}
    assert list(differences(DAY, "wechat", [LINE, LINE_BACK], held, [])) == []


def test_a_refund_that_is_not_done_is_not_in_our_books() -> None:
    held = {INTENT: OurOrder(PAID, (REFUND,))}
    (missing,) = differences(DAY, "wechat", [LINE, LINE_BACK], held, [])
    assert (missing.what, missing.refund) == ("not_in_our_books", "refund-1")


def test_refunds_of_several_days_agree_day_by_day() -> None:
    """A total of each day, and another number on each line."""
    backs = [
        ledger.refunded(
            DONE.model_copy(update={"refund": f"total-{day}", "amount_fen": 100 + day}),
            NOW, NOW + timedelta(days=day), surplus=False,
        )
        for day in (0, 1)
    ]  # fmt: skip
    assert found([LINE, says("refunded", refund="CONSOLE 1", refund_fen=100)], [PAYMENT, *backs]) == []


@pytest.mark.parametrize(("fen", "agrees"), [(600, True), (500, False)])
def test_a_refund_in_a_total_counts_once_we_know_its_name(fen: int, agrees: bool) -> None:
    total = ledger.refunded(DONE.model_copy(update={"refund": "total-1"}), NOW, None, surplus=False)
    told = says("refunded", refund="console-1", refund_fen=fen)
    listed = found([LINE, told], [PAYMENT, total], **{"console-1": 600})
    assert ("console-1" not in {each.refund for each in listed}) == agrees


def test_a_payment_that_a_refund_proved_is_of_no_day() -> None:
    assert found([LINE_BACK], [ledger.paid(PAID, NOW, None, surplus=False), BACK]) == []


def test_what_moved_on_another_day_is_on_another_statement() -> None:
    other = ledger.paid(PAID, NOW, NOW + timedelta(days=1), surplus=False)
    assert found([], [other]) == []


def test_another_providers_entries_do_not_count() -> None:
    alipays = ledger.paid(PAID.model_copy(update={"provider": "alipay"}), NOW, NOW, surplus=False)
    assert found([], [alipays]) == []


@given(ours=st.sets(st.integers(0, 20)), theirs=st.sets(st.integers(0, 20)))
def test_every_difference_is_found_once(ours: set[int], theirs: set[int]) -> None:
    entries = [
        ledger.paid(PAID.model_copy(update={"intent": f"i-{each}"}), NOW, NOW, surplus=False) for each in ours
    ]
    lines = [says("paid", order=f"i-{each}") for each in theirs]
    assert sorted(each.order for each in found(lines, entries)) == sorted(f"i-{n}" for n in ours ^ theirs)
