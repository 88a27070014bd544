"""Gates that open and the areas behind them: what is named and not there is said, all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.access.gates.models import Gate
from functions.access.gates.reach import Reach
from linli.errors import InvalidRequest

names = st.sampled_from(["garden", "lobby", "garage", "roof"])
gates = st.lists(
    st.builds(Gate, gate=names, area=names, direction=st.just("both"), revoked=st.booleans()), max_size=5
)


@given(gates, st.lists(names, max_size=4), st.lists(names, max_size=4))
def test_what_is_not_there_is_refused_by_name_and_nothing_else_is(
    known: list[Gate], areas: list[str], wanted: list[str]
) -> None:
    reach = Reach.of(known)
    open_gates = [gate for gate in known if not gate.revoked]
    areas_gone = [area for area in areas if area not in {gate.area for gate in open_gates}]
    gates_gone = [one for one in wanted if one not in {gate.gate for gate in open_gates}]

    assert reach.gone(areas=areas, gates=wanted) == (areas_gone, gates_gone)
    if not areas_gone and not gates_gone:
        reach.check(areas=areas, gates=wanted)
        return
    with pytest.raises(InvalidRequest) as refused:
        reach.check(areas=areas, gates=wanted)
    assert len(refused.value.wrong) == len(areas_gone) + len(gates_gone)
