"""Who speaks for a sub-district."""

from linli.contracts import Contract
from linli.ids import Id


class Appointment(Contract):
    """A person and a sub-district (街道); `appointed: false` dismisses."""

    sub_district: Id
    person: Id
    appointed: bool = True
