"""What a notice does to the books: each case of the table in the README, and any of them in any order."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.books.ledger import Entry, balances
from functions.payments.books.orders import Intent, Refund, intent_of
from functions.payments.books.refund_keys import refund_key, surplus_refund
from functions.payments.books.settlement import Effect, Known, effect_of
from functions.payments.providers.protocol.notices import Notice
from linli.vocabulary.payments import RefundStuck
from tests.unit.payments.an_order import AMOUNT, CLOSED, OPEN, PAID, REFUND, says
from tests.unit.payments.shop import NOW

RESERVED = PAID.model_copy(update={"reserved_fen": 1000})


GONE = REFUND.model_copy(update={"state": "done"})


FAILED = REFUND.model_copy(update={"state": "failed"})


def told_of_refund(said: str = "refunded", **changed: Any) -> Notice:
    return says(said, **{"refund": "refund-1", "refund_fen": 1000, **changed})


def lines(effect: Effect) -> dict[str, int]:
    return dict(balances(effect.entries))


# Payments
def test_a_payment_settles_the_bill() -> None:
    effect = effect_of(Known(OPEN), says("paid"), NOW)
    assert (effect.outcome, bool(effect.pays), effect.refunds) == ("settled", True, ())
    assert effect.intent is not None
    assert (effect.intent.state, effect.intent.trade, effect.intent.paid_at) == ("paid", "T1", NOW)
    assert intent_of(effect.intent.receipt or "") == OPEN.intent
    assert lines(effect) == {"wechat": AMOUNT, "dues": -AMOUNT}
    assert [fact.TYPE for fact in effect.facts] == ["linli.payments.payment_settled.v1"]


def test_the_receipt_bears_the_local_day() -> None:
    late = NOW.replace(hour=17)
    effect = effect_of(Known(OPEN, zone="Asia/Shanghai"), says("paid"), late)
    assert effect.intent is not None
    assert (effect.intent.receipt or "").startswith("r-20260106-")


def test_money_that_arrives_late_counts() -> None:
    assert effect_of(Known(CLOSED), says("paid"), NOW).outcome == "settled_late"


@pytest.mark.parametrize("intent", [OPEN, CLOSED])
def test_a_second_payment_of_a_bill_goes_back(intent: Intent) -> None:
    effect = effect_of(Known(intent, bill_paid_by="another"), says("paid"), NOW)
    assert (effect.outcome, bool(effect.pays)) == ("surplus", False)
    assert effect.intent is not None
    assert (effect.intent.surplus, effect.intent.reserved_fen, effect.intent.receipt) == (True, AMOUNT, None)
    (refund,) = effect.refunds
    assert (refund.refund, refund.amount_fen) == (surplus_refund(intent.intent), AMOUNT)
    assert lines(effect) == {"wechat": AMOUNT, "surplus": -AMOUNT}
    assert [fact.TYPE for fact in effect.facts] == ["linli.payments.refund_requested.v1"]


def test_a_duplicate_does_nothing() -> None:
    assert effect_of(Known(PAID), says("paid"), NOW) == Effect("duplicate")


@pytest.mark.parametrize(
    ("changed", "mismatch"),
    [
        ({"provider": "alipay"}, "provider"),
        ({"currency": "USD"}, "currency"),
        ({"amount_fen": AMOUNT + 1}, "amount"),
        ({"amount_fen": None}, "amount"),
        ({"seller": "another"}, "seller"),
        ({"app": "another"}, "app"),
    ],
)
@pytest.mark.parametrize("said", ["paid", "refunded"])
def test_what_does_not_fit_does_nothing(said: str, changed: dict[str, Any], mismatch: str) -> None:
    notice = says(said, **{"refund": "refund-1", "refund_fen": 10, **changed})
    for intent in (OPEN, CLOSED, PAID):
        if intent is PAID and said == "refunded" and changed == {"amount_fen": None}:
            continue  # that much came stands in the books
        assert effect_of(Known(intent), notice, NOW) == Effect("mismatched", mismatch)  # type: ignore[arg-type]  # by parameter


def test_an_unknown_order_and_another_trade_do_nothing() -> None:
    assert effect_of(Known(None), says("paid"), NOW) == Effect("mismatched", "unknown_order")
    assert effect_of(Known(PAID), says("paid", trade="T2"), NOW) == Effect("mismatched", "trade")


def test_what_the_protocol_does_not_tell_is_not_compared() -> None:
    assert effect_of(Known(OPEN), says("paid", seller=None, app=None), NOW).outcome == "settled"


# States never go backwards
@pytest.mark.parametrize(
    ("intent", "said", "outcome"),
    [
        (OPEN, "closed", "closed"),
        (CLOSED, "closed", "duplicate"),
        (PAID, "closed", "overtaken"),
        (OPEN, "waiting", "waiting"),
        (OPEN, "unknown", "waiting"),
        (PAID, "waiting", "overtaken"),
        (CLOSED, "unknown", "overtaken"),
    ],
)
def test_closing_and_waiting(intent: Intent, said: str, outcome: str) -> None:
    effect = effect_of(Known(intent), says(said), NOW)
    assert (effect.outcome, effect.changes_nothing) == (outcome, outcome != "closed")


# Refunds
def test_a_refund_that_was_carried_out_is_booked() -> None:
    effect = effect_of(Known(RESERVED, REFUND), told_of_refund(), NOW)
    assert effect.intent is not None
    assert (effect.outcome, effect.intent.reserved_fen, effect.intent.refunded_fen) == ("refunded", 0, 1000)
    assert lines(effect) == {"refunds": 1000, "wechat": -1000}
    assert [each.state for each in effect.refunds] == ["done"]


def test_a_refund_of_a_surplus_is_owed_no_longer() -> None:
    surplus = RESERVED.model_copy(update={"surplus": True})
    assert lines(effect_of(Known(surplus, REFUND), told_of_refund(), NOW)) == {
        "surplus": 1000,
        "wechat": -1000,
    }


def test_a_refund_is_booked_once_and_stays_done() -> None:
    gone = PAID.model_copy(update={"refunded_fen": 1000})
    assert effect_of(Known(gone, GONE), told_of_refund(), NOW) == Effect("duplicate")
    assert effect_of(Known(gone, GONE), told_of_refund("refund_failed"), NOW) == Effect("overtaken")


def test_a_refund_that_fails_is_free_again() -> None:
    effect = effect_of(Known(RESERVED, REFUND), told_of_refund("refund_failed", refund_fen=None), NOW)
    assert effect.intent is not None
    assert (effect.outcome, effect.intent.refundable_fen, effect.entries) == ("refund_failed", AMOUNT, ())
    assert effect_of(Known(PAID, FAILED), told_of_refund("refund_failed"), NOW) == Effect("duplicate")


def test_a_refund_that_failed_and_was_made_after_all_is_booked() -> None:
    effect = effect_of(Known(PAID, FAILED), told_of_refund(), NOW)
    assert effect.intent is not None
    assert (effect.outcome, effect.intent.reserved_fen, effect.intent.refunded_fen) == ("refunded", 0, 1000)


@pytest.mark.parametrize("told", [{"refund_fen": 999}, {"refund_fen": None, "refunded_fen": 999}])
def test_another_amount_than_was_asked_for_does_nothing(told: dict[str, Any]) -> None:
    assert effect_of(Known(RESERVED, REFUND), told_of_refund(**told), NOW).mismatch == "refund_amount"


def test_a_total_that_holds_the_refund_fits() -> None:
    told = told_of_refund(refund_fen=None, refunded_fen=1500)
    assert effect_of(Known(RESERVED, REFUND), told, NOW).outcome == "refunded"


def test_a_refund_made_at_the_provider_is_booked() -> None:
    effect = effect_of(Known(PAID), told_of_refund(), NOW)
    (refund,) = effect.refunds
    assert (effect.outcome, refund.why, refund.state, refund.amount_fen) == (
        "refunded",
        "provider",
        "done",
        1000,
    )


def test_of_a_total_only_what_is_not_booked_is_new() -> None:
    gone = PAID.model_copy(update={"refunded_fen": 600})
    more = told_of_refund(refund="console", refund_fen=None, refunded_fen=1000)
    assert [each.amount_fen for each in effect_of(Known(gone), more, NOW).refunds] == [400]
    same = told_of_refund(refund="console", refund_fen=None, refunded_fen=600)
    assert effect_of(Known(gone), same, NOW) == Effect("duplicate")
    noted = effect_of(Known(RESERVED), more, NOW)  # it may hold the one of ours that is on its way
    assert (noted.outcome, noted.entries) == ("noted", ())
    assert noted.intent == RESERVED.model_copy(update={"told_back_fen": 1000})


ALIPAY = {"provider": "alipay"}


def total(fen: int, refund: str | None = "CONSOLE") -> Notice:
    """What Alipay's notify of a refund tells: its number, and all that went back so far."""
    return says("refunded", refund=refund, refunded_fen=fen, **ALIPAY)


OURS = total(1500, "refund-1")


ANSWER = says("refunded", refund="refund-1", refund_fen=1000, amount_fen=None, **ALIPAY)


def line(refund: str, fen: int) -> Notice:
    """What Alipay's statement tells, and answers for: a refund by itself."""
    return says("refunded", refund=refund, refund_fen=fen, **ALIPAY)


FAILS = says("refund_failed", refund="refund-1", amount_fen=None, **ALIPAY)


@pytest.mark.parametrize(
    ("told", "gone_fen"),
    [
        ([total(500), OURS], 1500),
        ([total(500), OURS, total(500), OURS], 1500),
        ([total(500), ANSWER, OURS], 1500),
        ([ANSWER, total(500), OURS], 1500),
        ([total(1500), ANSWER], 1500),
        ([OURS, total(1500)], 1500),
        ([total(500), FAILS], 500),
        ([FAILS, total(500), total(500)], 500),
        ([FAILS, total(1500), total(1000, "refund-1")], 1500),  # refused here, made there, and in a total
        ([FAILS, total(1000, "refund-1"), total(1500)], 1500),
        ([total(1500), FAILS, OURS, ANSWER], 1500),
        ([ANSWER, OURS, says("refunded", refund="CONSOLE", refund_fen=500, **ALIPAY)], 1500),
        ([ANSWER, says("refunded", refund="CONSOLE", refund_fen=500, **ALIPAY), OURS, total(1500)], 1500),
        ([ANSWER, total(1500), line("CONSOLE", 500), line("another", 300)], 1800),  # told apart by name
        ([ANSWER, total(1500), line("another", 300), line("CONSOLE", 500)], 1800),
        ([ANSWER, total(1500), line("CONSOLE", 500), line("CONSOLE", 500), line("another", 300)], 1800),
        ([ANSWER, total(1900), line("lost", 400), line("CONSOLE", 500), line("another", 300)], 2200),
        ([ANSWER, total(1900), line("another", 300), line("CONSOLE", 500), line("lost", 400)], 2200),
        ([ANSWER, line("another", 300), total(1800), line("CONSOLE", 500), line("another", 300)], 1800),
    ],
)
def test_refunds_made_at_alipay_and_ours_are_booked_once_each(told: list[Notice], gone_fen: int) -> None:
    ours = REFUND.model_copy(update=ALIPAY)
    books = Books(RESERVED.model_copy(update=ALIPAY), {"refund-1": ours})
    for notice in told:
        assert books.take(notice).mismatch is None
    assert (books.intent.refunded_fen, books.intent.reserved_fen) == (gone_fen, 0)
    assert balances(books.entries) == {"refunds": gone_fen, "alipay": -gone_fen}


def test_a_refund_that_a_person_has_to_finish_stays_reserved() -> None:
    stuck = effect_of(Known(RESERVED, REFUND), told_of_refund("refund_stuck"), NOW)
    (refund,) = stuck.refunds
    assert (stuck.outcome, refund.state, stuck.intent) == ("refund_stuck", "stuck", RESERVED)
    failed = effect_of(Known(RESERVED, refund), told_of_refund("refund_failed"), NOW)
    facts = [fact for fact in (*stuck.facts, *failed.facts) if isinstance(fact, RefundStuck)]
    told = [(fact.why, fact.refund) for fact in facts]
    assert told == [("stuck", refund.refund), ("failed", refund.refund)]
    assert effect_of(Known(RESERVED, refund), told_of_refund("refund_stuck"), NOW) == Effect("duplicate")
    assert effect_of(Known(RESERVED, FAILED), told_of_refund("refund_stuck"), NOW) == Effect("overtaken")
    for said in ("refunded", "refund_failed"):
        over = effect_of(Known(RESERVED, refund), told_of_refund(said), NOW)
        assert over.intent is not None
        assert over.intent.reserved_fen == 0


@pytest.mark.parametrize(("intent", "outcome"), [(OPEN, "settled"), (CLOSED, "settled_late")])
def test_an_order_of_which_some_went_back_has_been_paid(intent: Intent, outcome: str) -> None:
    """How much went back is booked from the statement: the answer does not say."""
    effect = effect_of(Known(intent), says("paid_and_back"), NOW)
    assert (effect.outcome, bool(effect.pays), effect.refunds) == (outcome, True, ())
    assert effect_of(Known(PAID), says("paid_and_back"), NOW) == Effect("duplicate")
    assert effect_of(Known(intent), says("paid_and_back", amount_fen=None), NOW).mismatch == "amount"


def test_a_refund_that_says_no_amount_or_too_much_does_nothing() -> None:
    assert effect_of(Known(PAID), told_of_refund(refund_fen=None), NOW).mismatch == "unknown_refund"
    assert effect_of(Known(PAID), told_of_refund(refund_fen=AMOUNT + 1), NOW).mismatch == "refund_amount"
    assert effect_of(Known(PAID), told_of_refund("refund_failed"), NOW).mismatch == "unknown_refund"


@pytest.mark.parametrize("intent", [OPEN, CLOSED])
def test_a_refund_before_its_payment_books_both(intent: Intent) -> None:
    effect = effect_of(Known(intent), told_of_refund(), NOW)
    assert effect.intent is not None
    assert (effect.intent.state, effect.intent.refunded_fen, bool(effect.pays)) == ("paid", 1000, True)
    assert [entry.moved_at for entry in effect.entries] == [None, NOW], "when it was paid, it does not tell"
    assert lines(effect) == {"wechat": AMOUNT - 1000, "dues": -AMOUNT, "refunds": 1000}


@pytest.mark.parametrize(("fen", "left"), [(1000, [AMOUNT - 1000, 1000]), (AMOUNT, [AMOUNT])])
def test_a_refund_before_its_surplus_payment_gives_back_the_rest(fen: int, left: list[int]) -> None:
    effect = effect_of(Known(OPEN, bill_paid_by="another"), told_of_refund(refund_fen=fen), NOW)
    assert [each.amount_fen for each in effect.refunds] == left
    assert effect.intent is not None
    assert effect.intent.reserved_fen + effect.intent.refunded_fen == AMOUNT


# Any notices in any order
@dataclass
class Books:
    """One order, as the till would keep it."""

    intent: Intent = OPEN
    refunds: dict[str, Refund] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    bill_paid_by: str | None = None

    def take(self, notice: Notice) -> Effect:
        known = Known(self.intent, self.refunds.get(refund_key(notice)), self.bill_paid_by)
        effect = effect_of(known, notice, NOW)
        if effect.intent is not None:
            self.intent = effect.intent
        self.refunds |= {each.refund: each for each in effect.refunds}
        self.entries += effect.entries
        if effect.pays:
            self.bill_paid_by = self.intent.intent
        return effect


notices = st.builds(
    says,
    st.sampled_from(
        ["paid", "paid_and_back", "waiting", "closed", "refunded", "refund_failed", "refund_stuck", "unknown"]
    ),
    amount_fen=st.sampled_from([AMOUNT, AMOUNT, AMOUNT, 1, None]),
    currency=st.sampled_from(["CNY", "CNY", "CNY", "USD"]),
    refund=st.sampled_from(["a", "b", "c", "NO-ID", None]),
    refund_fen=st.sampled_from([1, 1000, AMOUNT, None]),
    refunded_fen=st.sampled_from([None, 1, 2000, AMOUNT]),
)


@given(told=st.lists(notices, max_size=30), paid_by=st.sampled_from([None, "another"]))
def test_any_notices_in_any_order_leave_sound_books(told: list[Notice], paid_by: str | None) -> None:
    books = Books(bill_paid_by=paid_by)
    for notice in told:
        before = books.intent
        effect = books.take(notice)
        # nothing goes backwards
        ranks = {"open": 0, "closed": 1, "paid": 2}
        assert ranks[books.intent.state] >= ranks[before.state]
        assert books.intent.refunded_fen >= before.refunded_fen
        # what does not fit changes nothing
        assert effect.mismatch is None or effect.changes_nothing
        # what is booked is what is stored
        payments = [entry for entry in books.entries if entry.cause in {"payment", "surplus"}]
        assert len(payments) == (1 if books.intent.state == "paid" else 0)
        done = sum(each.amount_fen for each in books.refunds.values() if each.state == "done")
        waits = sum(each.amount_fen for each in books.refunds.values() if each.is_under_way)
        assert (done, waits) == (books.intent.refunded_fen, books.intent.reserved_fen)
        assert done <= AMOUNT
        assert sum(balances(books.entries).values()) == 0
        # and the same again changes nothing more
        held = (books.intent, dict(books.refunds), list(books.entries))
        books.take(notice)
        assert (books.intent, books.refunds, books.entries) == held


@given(data=st.data(), backs=st.lists(st.sampled_from([100, 300, 500]), min_size=1, max_size=5))
def test_totals_and_names_in_any_order_end_at_what_went_back(data: st.DataObject, backs: list[int]) -> None:
    """Any of the notices may be lost, late or twice: the statement names each refund in the end."""
    ours = data.draw(st.integers(0, len(backs)))  # which of them is ours, if one is
    names = ["refund-1" if number == ours else f"CONSOLE {number}" for number in range(len(backs))]
    reserved = backs[ours] if ours < len(backs) else 0
    intent = PAID.model_copy(update=ALIPAY | {"reserved_fen": reserved})
    books = Books(intent)
    if reserved:
        books.refunds["refund-1"] = REFUND.model_copy(update=ALIPAY | {"amount_fen": reserved})
    totals = [total(sum(backs[: number + 1]), name) for number, name in enumerate(names)]
    named = [line(name, fen) for name, fen in zip(names, backs, strict=True)]
    for notice in data.draw(st.lists(st.sampled_from(totals + named), max_size=12)):
        assert books.take(notice).mismatch is None
        assert books.intent.refunded_fen <= sum(backs)
    for notice in named:
        books.take(notice)
    assert books.intent.refunded_fen == sum(backs)
    assert balances(books.entries) == {"refunds": sum(backs), "alipay": -sum(backs)}
    assert (books.intent.reserved_fen, books.intent.unnamed_fen) == (0, 0)
