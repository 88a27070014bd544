"""Who may do what in devices: a letter a role, `rgpcmofk` as in `test_isolation.LETTERS`."""

MAY = {
    "GET /communities/{community}/device_faults": ".gp.mo..",
    "GET /communities/{community}/devices": ".gp.mo..",
    "POST /communities/{community}/devices": "....mo..",
    "DELETE /communities/{community}/devices/{device}": "....mo..",
    "GET /communities/{community}/devices/{device}": ".gp.mo..",
    "POST /communities/{community}/devices/{device}/renewal": "....mo..",
}
