"""Trigger: a call button (一键呼叫) over MQTT, or a resident's phone over HTTP.

Rule: one press opens an emergency at once, whatever the hour; a press while an alert is open joins that one
and makes it an emergency, and the same press delivered again changes nothing.
Result: an alert that is called out without waiting for a sweep, until a human has acknowledged it.
"""
