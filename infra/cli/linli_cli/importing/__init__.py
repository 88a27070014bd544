"""Bringing in a community from a property manager's workbook, and writing it out again."""
