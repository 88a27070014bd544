"""The end of a watch: what serves the person serves them no more, and others hear of it.

Used by the watch action, and by whoever forgets a person.
"""
