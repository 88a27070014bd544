"""Uploads straight into a bucket: what is signed, and for how long."""

import json
from base64 import b64decode
from urllib.parse import parse_qs, urlsplit

import pytest

from linli.uploads import address, upload_form


@pytest.mark.usefixtures("cloud")
def test_a_form_is_signed_for_one_key_one_type_and_a_size() -> None:
    form = upload_form("photos", "willow/1", content_type="image/jpeg", largest_bytes=1000, good_for_s=300)

    policy = json.loads(b64decode(form.fields["policy"]))
    assert form.fields["key"] == "willow/1"
    assert {"bucket": "photos"} in policy["conditions"]
    assert {"key": "willow/1"} in policy["conditions"]
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert ["content-length-range", 1, 1000] in policy["conditions"]


@pytest.mark.usefixtures("cloud")
def test_an_address_is_of_one_object_and_good_for_a_while() -> None:
    where = urlsplit(address("photos", "willow/1", good_for_s=300))

    assert where.path.endswith("willow/1")
    assert parse_qs(where.query)["X-Amz-Expires"] == ["300"]
