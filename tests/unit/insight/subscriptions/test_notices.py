"""What is pushed to who answers for a subscription."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from functions.insight.subscriptions.notices import notice_of
from linli.vocabulary.insight import PauseReason, SubscriptionPaused

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize("why", get_args(PauseReason))
def test_each_reason_has_its_text_in_both_languages_under_one_name(why: PauseReason) -> None:
    fact = SubscriptionPaused(community="willow", subscription="s1", why=why, paused_at=NOW)
    one, again = notice_of(fact, "boss", "zh-CN"), notice_of(fact, "boss", "zh-CN")
    english = notice_of(fact, "boss", "en")
    assert one == again
    assert (one.text.startswith("【邻里】"), english.text.startswith("[Linli]")) == (True, True)
    assert one.message_id == english.message_id != notice_of(fact, "other", "en").message_id
