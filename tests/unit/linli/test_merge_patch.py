from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linli.contracts import Contract
from linli.merge_patch import merged, patch_of


class Inner(Contract):
    number: int = 1
    word: str = "one"


class Outer(Contract):
    inner: Inner = Inner()
    limits: dict[str, int] = {"a": 1, "b": 2}
    many: list[int] = [1]


NUMBERS, NAMES = st.integers(0, 3), st.sampled_from(["a", "b", "c"])
SET: dict[str, st.SearchStrategy[Any]] = {
    "inner": st.fixed_dictionaries({}, optional={"number": NUMBERS, "word": NAMES}),
    "limits": st.dictionaries(NAMES, NUMBERS),
    "many": st.lists(NUMBERS, max_size=2),
}
PATCH: dict[str, st.SearchStrategy[Any]] = {
    "inner": st.none()
    | st.fixed_dictionaries({}, optional={"number": st.none() | NUMBERS, "word": st.none() | NAMES}),
    "limits": st.none() | st.dictionaries(NAMES, st.none() | NUMBERS),
    "many": st.none() | st.lists(NUMBERS, max_size=2),
}
DEFAULTS = Outer().model_dump()


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396 section 2, word for word."""
    if not isinstance(patch, dict):
        return patch
    after = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = merge_patch(after.get(name), value)
    return after


def shown(document: dict[str, Any]) -> dict[str, Any]:
    """What people see: what was set, and the defaults of the rest."""
    return Outer.model_validate(document).model_dump()


@given(st.fixed_dictionaries({}, optional=SET), st.fixed_dictionaries({}, optional=PATCH))
def test_what_people_see_changes_as_the_rfc_says_and_null_gives_the_default(
    standing: dict[str, Any], patch: dict[str, Any]
) -> None:
    after = merged(Outer, standing, patch)

    assert shown(after) == shown(merge_patch(shown(standing), patch))
    assert merged(Outer, after, patch) == after, "a patch that comes twice"
    untouched = standing.keys() - patch.keys()
    assert {name: after[name] for name in untouched} == {name: standing[name] for name in untouched}
    assert after.keys() <= standing.keys() | patch.keys(), "what nobody set"


@given(st.fixed_dictionaries({}, optional=PATCH))
def test_every_patch_is_one_by_its_contract(patch: dict[str, Any]) -> None:
    assert patch_of(Outer).model_validate(patch).model_dump(exclude_unset=True) == patch
