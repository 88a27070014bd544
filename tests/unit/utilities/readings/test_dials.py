from tests.unit.utilities.readings.small_dials import at, entered, standings, total


def test_a_rollover_must_come_from_the_upper_half_and_fit_the_time() -> None:
    assert total(entered([at(0, 99_990), at(1, 10)])) == 20
    assert standings(at(0, 40_000), at(1, 10)) == ["kept", "held"]
    assert standings(at(0, 60_000), at(1, 10)) == ["kept", "held"], "40,010 in an hour is not possible"
    assert standings(at(0, 60_000), at(48, 10)) == ["kept", "kept"]
