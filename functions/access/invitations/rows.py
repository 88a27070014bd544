"""The row of an invitation."""

from datetime import timedelta

from pynamodb.attributes import BooleanAttribute

from functions.access.invitations.models import Invitation
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row

Key = tuple[str, str]


class InvitationRow(Row, discriminator="invitation"):
    """`<community>#invitations#<person>` / `<invitation>`: a visitor whom a person has invited."""

    KEPT = Lifetime("{} after its window", timedelta(days=30))

    invitation = ContractAttribute(Invitation)
    withdrawn = BooleanAttribute(default=False)

    @staticmethod
    def key(community: str, person: str, invitation: str) -> Key:
        """Where an invitation is."""
        return f"{community}#invitations#{person}", invitation
