"""Trigger: API Gateway asks, for every token that it has not seen for four minutes, who its bearer is.

Rule: RS256 by a key of the issuer, for our audience, in its time; the directory then says the roles.
Result: the person and what they are to every community, company and sub-district, or 401.
"""
