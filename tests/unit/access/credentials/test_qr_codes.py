"""A QR code names its holder."""

from functions.access.credentials.qr_codes import holder_in


def test_the_holder_stands_in_front_of_a_codes_secret() -> None:
    assert holder_in("willow-resident-1.abc") == "willow-resident-1"
    assert holder_in("somebody-elses-code") is None
