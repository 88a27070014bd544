"""Trigger: a gate's door contact tells over MQTT what the door did, through a queue.

Rule: `entered` completes the pass it belongs to; `forced` and `held_open` raise an alarm; each counts once.
Result: the door event is kept and can be listed; an alarm is published as `gate_alarm_raised`.
"""
