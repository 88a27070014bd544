"""Dues (应缴费用): bills that homes have to pay, and credits that lower what is paid next.

Taken in by `bill`, paid by settlements, by hand and by credits.
"""
