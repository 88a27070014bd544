"""Trigger: a manager lists held readings, or decides on one, over HTTP.

Rule: a held reading is accepted, corrected to what the dial showed, or rejected; nothing is overwritten.
Result: the readings around it are judged anew, and a correction says who decided what, and what it changed.
"""
