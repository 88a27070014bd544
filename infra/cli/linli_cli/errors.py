"""What a command says instead of a traceback."""


class CommandError(Exception):
    """One clear line: what went wrong and what to do about it."""


class Refused(CommandError):
    """Somebody understood what was asked of them, and did not do it: nothing has changed."""


class Unanswered(CommandError):
    """Nobody answered in time, though somebody may have done it: asking later helps."""
