"""Requests about a person's data: who has asked, what services have answered, the copy that is fetched.

Used by the routes, and by what takes the services' answers in.
"""
