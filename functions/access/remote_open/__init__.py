"""Trigger: a guard or manager opens a gate from afar, over HTTP, with a reason.

Rule: the opening is kept with who, when and why before the gate is told; a gate that is revoked is not told.
Result: `open` on the gate's command topic, good for ten seconds; the opening is among the gate's passes.
"""
