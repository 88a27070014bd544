"""Temperatures, fevers and what follows from them (健康).

健康：体温、发热，以及发热之后的事。
"""
