"""Trigger: a manager says over HTTP what a repairer can do, where they are and whether they are on duty.

Rule: only who is a repairer of the community is offered tickets, and no more at a time than the policy lets.
Result: dispatch goes by it from the next ticket on; repairers see what they were given.
"""
