"""Trigger: a gate's door contact tells over MQTT what the door did, through a queue.

Rule: `entered` completes its pass, told before or after it; `forced` and `held_open` raise an alarm, once.
Result: the door event is kept and can be listed; an alarm is published as `gate_alarm_raised`.
"""
