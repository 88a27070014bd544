"""Trigger: a device publishes a heartbeat (心跳) over MQTT, through a queue.

Rule: the newest heartbeat decides, whatever comes late or twice; what a gateway carried shows that it lives.
Result: when the device was last there, and its battery; a fault that begins or is over is told once.
"""
