"""Who may do what in care: a letter a role, `rgpcmofk` as in `test_isolation.LETTERS`."""

MAY = {
    "POST /communities/{community}/check_ins": "r.......",
    "GET /communities/{community}/watches": "...cm...",
    "DELETE /communities/{community}/watches/{person}": "...cm...",
    "GET /communities/{community}/watches/{person}": "...cm...",
    "PUT /communities/{community}/watches/{person}": "...cm...",
    "GET /communities/{community}/alerts": "...cm...",
    "GET /communities/{community}/alerts/{alert}": "r..cm..k",
    "POST /communities/{community}/alerts/{alert}/answers": "r..cm..k",
    "POST /communities/{community}/calls_for_help": "r.......",
    "GET /communities/{community}/duties": "...cm...",
    "POST /communities/{community}/duties/{duty}/{about}/settlement": "...cm...",
    "GET /communities/{community}/duty_roster": "...cm...",
    "DELETE /communities/{community}/duty_roster/{person}": "...cm...",
    "PUT /communities/{community}/duty_roster/{person}": "...cm...",
    "GET /communities/{community}/relatives": "rgpcmo.k",
    "GET /communities/{community}/relatives/{person}": "rgpcmo.k",
    "GET /communities/{community}/rounds": "...cm...",
    "GET /communities/{community}/watches/{person}/timeline": "...cm...",
    "POST /communities/{community}/watches/{person}/visits": "...cm...",
    "DELETE /communities/{community}/watches/{person}/away": "r..cm..k",
    "PUT /communities/{community}/watches/{person}/away": "r..cm..k",
}
# Open to callers without a token of ours, who prove themselves by the protocol of the route.
PUBLIC = {
    "POST /gateway_replies/{community}/{channel}",
}
