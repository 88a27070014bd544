"""What a community may set for a service: each service says its part in its vocabulary."""

from typing import ClassVar

from linli.contracts import Contract


class Policy(Contract):
    """One service's part of a community's policies. Every field has a default that is safe.

    `PART`: the member that holds it in what the directory tells.
    """

    PART: ClassVar[str]
