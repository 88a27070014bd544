"""Trigger: API Gateway asks, for every token that it has not seen for four minutes, who its bearer is.

Rule: RS256 or ES256 by a key of the issuer, for our audience, in its time; the directory then says the
roles of the subject: its own, or of the member that communities have linked it to.
Result: the person and what they are to every community, company and sub-district, or 401.
"""
