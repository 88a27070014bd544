"""Alerts that call one person after another until a human answers, and what staff have to see to.

`models` and `alerts` are what there is, `chain` what time and broken channels do to it, `answering` and
`replies` what people do, `store` how it is kept, `client` how its messages go out. A service has a kind of
`Alert` of its own, whose `Roles` say who is called as what, kinds of rows, and a table, a sweep and a roster.
"""
