"""Who may do what in insight: a letter a role, `rgpcmofk` as in `test_isolation.LETTERS`."""

MAY: dict[str, str] = {
    "GET /communities/{community}/now": ".g.cmo..",
    "GET /communities/{community}/offered_facts": "....mo..",
    "GET /communities/{community}/subscriptions": "....mo..",
    "POST /communities/{community}/subscriptions": "....m...",
    "GET /communities/{community}/subscriptions/{subscription}": "....mo..",
    "PATCH /communities/{community}/subscriptions/{subscription}": "....m...",
    "DELETE /communities/{community}/subscriptions/{subscription}": "....mo..",
    "GET /communities/{community}/subscriptions/{subscription}/deliveries": "....mo..",
    "POST /communities/{community}/subscriptions/{subscription}/deliveries/{delivery}/retrials": "....m...",
    "POST /communities/{community}/subscriptions/{subscription}/secrets": "....m...",
    "POST /communities/{community}/subscriptions/{subscription}/trials": "....m...",
    "GET /companies/{company}/now": ".....o..",
}
