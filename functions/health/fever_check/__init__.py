"""Trigger: a thermometer over MQTT through a queue, or a guard or caregiver over HTTP, reports a temperature.

Rule: two fevers, two minutes apart at least and within the retest window by their own times, confirm one,
whichever arrives first, until somebody clears it.
Result: one verdict per reading; `fever_confirmed` and `fever_cleared`, which block and unblock credentials.
"""
