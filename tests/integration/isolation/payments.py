"""Who may do what in payments: a letter a role, `rgpcmofk` as in `test_isolation.LETTERS`."""

MAY = {
    "GET /communities/{community}/discrepancies": "....mo..",
    "GET /communities/{community}/dues": "rgpcmo..",
    "GET /communities/{community}/dues/{bill}": "rgpcmo..",
    "GET /communities/{community}/hand_payments": "....mo..",
    "POST /communities/{community}/hand_payments": "....mo..",
    "GET /communities/{community}/inbox": ".....o..",
    "GET /communities/{community}/inbox/{callback}": ".....o..",
    "POST /communities/{community}/inbox/{callback}/replay": ".....o..",
    "GET /communities/{community}/ledger_balances": "....mo..",
    "GET /communities/{community}/ledger_entries": "....mo..",
    "GET /communities/{community}/payment_intents": "rgpcmo..",
    "POST /communities/{community}/payment_intents": "r.......",
    "GET /communities/{community}/payment_intents/{intent}": "rgpcmo..",
    "GET /communities/{community}/payment_intents/{intent}/refunds": "rgpcmo..",
    "POST /communities/{community}/payment_intents/{intent}/refunds": "....mo..",
    "POST /communities/{community}/payment_intents/{intent}/refunds/{refund}/end": "....mo..",
    "GET /communities/{community}/receipts/{receipt}": "rgpcmo..",
    "GET /communities/{community}/refunds": "....mo..",
}
# Open to callers without a token of ours, who prove themselves by the protocol of the route.
PUBLIC = {
    "POST /callbacks/{provider}/{community}",
}
