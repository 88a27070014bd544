from functions.directory.appoint_official.models import Appointment


def test_an_appointment_appoints_unless_it_says_otherwise() -> None:
    assert Appointment(sub_district="riverside", person="p").appointed
