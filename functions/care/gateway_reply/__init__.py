"""Trigger: a community's push, text or voice gateway reports over HTTP what became of a message.

Rule: only what the channel's secret has signed within five minutes counts, and a reply speaks for the person
whom the message was for.
Result: delivered is noted, failed goes on to the next channel at once, 1 sees to the alert (or says "I am
fine"), 2 goes on to the next person, and hands back what 1 had taken.
"""
