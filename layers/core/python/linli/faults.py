"""What is wrong with an asset: a device, a meter, a lift."""

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class Fault(Contract):
    """An asset, what is wrong with it, and since when: `episode` tells one spell of it from the next."""

    asset: Id
    fault: Id
    episode: Id
    at: Instant
