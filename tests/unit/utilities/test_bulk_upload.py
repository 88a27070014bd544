from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.bulk_upload import domain
from functions.utilities.bulk_upload.domain import report, rows

HEADER = b"meter,obis,measured_at,value,estimated\n"
GOOD = b"m-1,8-0:1.0.0,2026-01-05T00:00:00Z,1.5,\n"


def reasons(*lines: bytes, file_format: str = "csv") -> dict[int, str]:
    return {each.number: each.reason for each in rows(lines, file_format)}


def test_each_bad_row_is_told_by_its_line_and_the_others_are_kept() -> None:
    found = reasons(
        HEADER,
        GOOD,
        b"m-1,8-0:1.0.0,yesterday,1\n",
        b"\n",
        b"m-1,x,2026-01-05T00:00:00Z,1,\n",
        b"\xff\n",
        GOOD,
    )
    assert [number for number, reason in found.items() if not reason] == [2, 7]
    assert found[3] == "line: 4 columns, not 5"
    assert "obis" in found[5]
    assert "UTF-8" in found[6]


def test_columns_may_come_in_any_order_and_be_quoted() -> None:
    found = list(
        rows([b"\xef\xbb\xbfValue,meter,measured_at\n", b'"1.5",m-1,2026-01-05T00:00:00Z\r\n'], "csv")
    )
    assert [str(each.row.value) for each in found if each.row] == ["1.5"]


def test_an_unclosed_quote_spoils_its_own_line_alone() -> None:
    found = reasons(HEADER, b'"m-1,8-0:1.0.0,2026-01-05T00:00:00Z,1.5,\n', GOOD)
    assert [bool(reason) for reason in found.values()] == [True, False]


def test_a_file_without_its_header_is_one_refusal() -> None:
    assert list(reasons(GOOD, GOOD)) == [1]


def test_json_lines() -> None:
    good = b'{"meter":"m-1","measured_at":"2026-01-05T00:00:00Z","value":1.5}\n'
    found = reasons(good, b"{}\n", b"[1]\n", b'{"meter":"m-1"\n', good, file_format="jsonl")
    assert [number for number, reason in found.items() if not reason] == [1, 5]


def test_what_is_too_long_is_not_read(monkeypatch: object) -> None:
    assert "longer" in reasons(HEADER, b"m" * 2000)[2]
    monkeypatch.setattr(domain, "MOST_ROWS", 2)
    found = reasons(HEADER, *[GOOD] * 5)
    assert [bool(reason) for reason in found.values()] == [False, False, True]


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=10))
def test_whatever_a_file_holds_every_line_is_told_once(lines: list[bytes]) -> None:
    found = list(rows([HEADER, *lines], "csv"))
    assert [each.number for each in found] == [n for n, line in enumerate(lines, 2) if line.strip()]
    text, counts = report(found, {})
    assert text.count(b"\n") == len(found) + 1
    assert sum(counts.values()) == len(found)
