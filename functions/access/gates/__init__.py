"""Gates: where they lead, when something was at them, and what of a community opens at all.

Used by all that opens, enrols or invites, and by credentials, holders and passes.
"""
