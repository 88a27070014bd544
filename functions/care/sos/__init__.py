"""Trigger: a call button (一键呼叫) over MQTT, or a resident's phone over HTTP.

Rule: one press opens an emergency at once, whatever the hour, its id or its clock; a press while an alert is
open joins that one and makes it an emergency, and the same press told again changes nothing until its alert
is over.
Result: an alert that is called out without waiting for a sweep, until a human has acknowledged it.
"""
