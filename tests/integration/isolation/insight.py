"""Who may do what in insight: a letter a role, `rgpcmofk` as in `test_isolation.LETTERS`."""

MAY: dict[str, str] = {
    "GET /communities/{community}/now": ".g.cmo..",
    "GET /companies/{company}/now": ".....o..",
}
