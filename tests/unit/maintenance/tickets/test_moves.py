"""A move has what its command needs and nothing else."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.maintenance.tickets.moves import NEEDED, OPTIONAL, PARTICULARS, Command, Move

VALUES: dict[str, Any] = {
    "repairer": "ann", "reason": "weather", "score": 3, "resolved": True, "duplicate_of": "t-2",
    "to": "the water works", "clock": "respond", "kind": "repair", "category": "water", "priority": "urgent",
}  # fmt: skip


@given(st.sampled_from(get_args(Command)), st.sets(st.sampled_from(PARTICULARS)))
def test_a_move_takes_just_what_its_command_needs(command: Command, named: set[str]) -> None:
    needed, optional = set(NEEDED.get(command, ())), set(OPTIONAL.get(command, ()))
    fits = needed <= named <= needed | optional and (command != "recategorise" or bool(named))
    given_: dict[str, Any] = {name: VALUES[name] for name in named}
    if fits:
        assert Move(command=command, **given_).command == command
        return
    with pytest.raises(ValidationError):
        Move(command=command, **given_)
