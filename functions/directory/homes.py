"""Where people live."""

from linli.contracts import Contract
from linli.ids import Id


class Home(Contract):
    """A unit (户) of a building (楼栋) of the community."""

    building: Id
    unit: Id
