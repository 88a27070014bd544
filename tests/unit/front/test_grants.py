"""What the local issuer promises holds once, for a minute, and for whom it was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstack.front.grants import CODE_S, FAMILY_S, Asked, Grants, InvalidGrant, s256

VERIFIER = "a-verifier-of-some-length-that-is-long-enough-1234"
HERE = "http://127.0.0.1:4666/console/"


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def promised(clock: Clock) -> tuple[Grants, str]:
    grants = Grants(clock)
    session = grants.sign_in("willow-manager-1", "console")
    return grants, grants.code(session, Asked("console", HERE, s256(VERIFIER), "n-1"))


def redeemed(grants: Grants, code: str, **other: str) -> str:
    asked = {"client": "console", "redirect_uri": HERE, "verifier": VERIFIER} | other
    return grants.redeem(code, **asked)[1]


WRONG = {
    "another client": {"client": "home"},
    "another address": {"redirect_uri": f"{HERE}?a=1"},
    "another verifier": {"verifier": VERIFIER + "x"},
    "no verifier": {"verifier": ""},
    "the challenge itself": {"verifier": s256(VERIFIER)},
}


def test_a_code_is_good_for_whom_it_was_given() -> None:
    grants, code = promised(Clock())
    family, token = grants.redeem(code, "console", HERE, VERIFIER)
    assert (family.session.person, family.nonce) == ("willow-manager-1", "n-1")
    assert len(token) > 40


@pytest.mark.parametrize("what", WRONG)
def test_whatever_is_wrong_burns_the_code(what: str) -> None:
    grants, code = promised(Clock())
    with pytest.raises(InvalidGrant):
        redeemed(grants, code, **WRONG[what])
    with pytest.raises(InvalidGrant):
        redeemed(grants, code)


@given(st.floats(0, 10 * CODE_S))
def test_a_code_is_good_for_a_minute(later: float) -> None:
    clock = Clock()
    grants, code = promised(clock)
    clock.now += later
    good = clock.now - Clock.now < CODE_S
    try:
        redeemed(grants, code)
    except InvalidGrant:
        assert not good
    else:
        assert good


def test_a_code_that_comes_twice_ends_what_came_of_it() -> None:
    grants, code = promised(Clock())
    token = redeemed(grants, code)
    with pytest.raises(InvalidGrant):
        redeemed(grants, code)
    with pytest.raises(InvalidGrant):
        grants.refresh(token, "console")


@given(st.lists(st.integers(0, 4), max_size=8))
def test_a_refresh_token_is_good_once_and_one_that_comes_twice_ends_them_all(uses: list[int]) -> None:
    grants, code = promised(Clock())
    tokens, over = [redeemed(grants, code)], False
    for use in uses:
        index = min(use, len(tokens) - 1)
        good = index == len(tokens) - 1 and not over
        over = over or index < len(tokens) - 1
        try:
            tokens.append(grants.refresh(tokens[index], "console")[1])
        except InvalidGrant:
            assert not good
            over = True
        else:
            assert good


def test_a_refresh_token_is_of_its_client_and_not_for_ever() -> None:
    clock = Clock()
    grants, code = promised(clock)
    token = redeemed(grants, code)
    with pytest.raises(InvalidGrant):
        grants.refresh(token, "home")
    clock.now += FAMILY_S
    with pytest.raises(InvalidGrant):
        grants.refresh(token, "console")


def test_signing_out_ends_codes_tokens_and_the_session() -> None:
    grants = Grants(Clock())
    session = grants.sign_in("willow-manager-1", "console")
    asked = Asked("console", HERE, s256(VERIFIER), "")
    token, waiting = redeemed(grants, grants.code(session, asked)), grants.code(session, asked)

    grants.sign_out(session.id)

    assert grants.session(session.id, "console") is None
    for end in (lambda: grants.refresh(token, "console"), lambda: redeemed(grants, waiting)):
        with pytest.raises(InvalidGrant):
            end()


def test_a_session_is_of_one_client_and_not_for_ever() -> None:
    clock = Clock()
    grants = Grants(clock)
    session = grants.sign_in("willow-manager-1", "console")
    assert grants.session(session.id, "console") == session
    assert grants.session(session.id, "home") is None
    assert grants.session(None, "console") is None
    clock.now += FAMILY_S
    assert grants.session(session.id, "console") is None


def test_nothing_is_kept_for_ever() -> None:
    clock = Clock()
    grants, code = promised(clock)
    redeemed(grants, code)
    clock.now += FAMILY_S + 1
    grants.session(None, "console")
    assert [grants._codes, grants._families, grants._current, grants._sessions] == [{}, {}, {}, {}]
