"""A person's data: what each kind of rows holds of somebody, and what becomes of it when they are forgotten.

Used by every service that knows people: they declare a fate beside each row, and answer when somebody asks.
"""
