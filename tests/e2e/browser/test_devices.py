"""Devices: one that was lost is revoked, and can no longer speak."""

from pathlib import Path

from linli_cli.devices.device_files import DeviceFiles
from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town, eventually

AT = "/devices/communities/maple/devices"
MANAGER, LAMP = "maple-manager-1", "maple-lamp-9"


def test_a_device_is_revoked(town: Town, browser: Browser, tmp_path: Path) -> None:
    # Given a lamp
    lamp = {"device": LAMP, "kind": "lamp", "csr": DeviceFiles(tmp_path, LAMP).signing_request()}
    made = town.http(MANAGER, "POST", AT, lamp)
    assert made.status == 201, made
    # When the manager revokes it, having read what will happen
    page = browser.signed_in(MANAGER, f"/maple/devices/devices/{LAMP}")
    page.get_by_role("button", name="停用", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("证书马上失效").wait_for()
    assert hindrances(page) == []
    dialog.get_by_role("button", name="停用", exact=True).click()
    dialog.wait_for(state="hidden")
    # Then it is
    eventually(lambda: town.http(MANAGER, "GET", f"{AT}/{LAMP}").body["status"] == "revoked", "it is revoked")
    page.get_by_role("button", name="停用", exact=True).wait_for(state="hidden")
    # And the meters stand beside
    page.get_by_role("button", name="表计", exact=True).click()
    page.locator("[data-meter]").first.click()
    page.get_by_text("用量").first.wait_for()
