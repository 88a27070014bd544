"""Trigger: a meter or a concentrator publishes one reading, or an array of up to 500, over MQTT, through a
queue.

Rule: meter, register and instant are the key; consumption is the difference of adjacent readings by
measurement time, and none is above what the register can advance.
Result: each reading counts once, is a duplicate, or is held for a manager; consumption and signals are
published.
"""
