"""One row per official."""

from functions.directory.appoint_official.models import Appointment
from functions.directory.people.rows import OfficialRow
from linli.tables import Transaction


def save(appointment: Appointment) -> Appointment:
    """Write or remove the official; both may be repeated."""
    row = OfficialRow(
        *OfficialRow.key(appointment.sub_district, appointment.person), person=appointment.person
    )
    transaction = Transaction()
    if appointment.appointed:
        transaction.put("official", row)
    else:
        transaction.delete("official", row)
    transaction.commit()
    return appointment
