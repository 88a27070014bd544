"""What a gateway is answered."""

from linli.contracts import Contract


class ReplyTaken(Contract):
    """The reply has been taken in."""

    outcome: str
