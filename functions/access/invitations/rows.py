"""The row of an invitation."""

from datetime import timedelta

from pynamodb.attributes import BooleanAttribute

from functions.access.invitations.models import Invitation
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with
from linli.tables import ContractAttribute, Row


class InvitationRow(Row, discriminator="invitation"):
    """A visitor whom a person has invited."""

    KEPT = Lifetime("{} after its window", timedelta(days=30))
    PERSONAL = gone_with("person")
    key = Key("{community}#invitations#{person}", "{invitation}")

    invitation = ContractAttribute(Invitation)
    withdrawn = BooleanAttribute(default=False)
