"""Who may do what in health: a letter a role, `rgpcmofk` as in `test_isolation.LETTERS`."""

MAY = {
    "GET /communities/{community}/fevers": "...cm...",
    "GET /communities/{community}/people/{person}/fever": "rgpcmo..",
    "POST /communities/{community}/people/{person}/fever/clearance": "...cm...",
    "POST /communities/{community}/temperatures": ".g.c....",
    "GET /sub_districts/{sub_district}/fevers": "......f.",
}
