"""Trigger: a gate asks over MQTT, or a guard over HTTP, whether somebody may pass; people read over HTTP.

Rule: eight checks in one decision, and the first that fails gives the reason; every check's result is kept.
Result: one decision per question, answered within a second; each passing is published once as `gate_passed`.
"""
