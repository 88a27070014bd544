"""Devices: one is registered; when it was lost it is revoked, and can no longer speak."""

from pathlib import Path

from linli_cli.devices.device_files import DeviceFiles
from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town, eventually

AT = "/devices/communities/maple/devices"
MANAGER, LAMP = "maple-manager-1", "maple-lamp-9"


def test_a_device_is_revoked(town: Town, browser: Browser, tmp_path: Path) -> None:
    # Given a lamp that the manager registers by the request of its own key
    page = browser.signed_in(MANAGER, "/maple/devices/devices")
    page.get_by_role("button", name="登记设备").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("种类").select_option("lamp")
    dialog.get_by_label("编号").fill(LAMP)
    assert dialog.get_by_role("button", name="登记设备").is_disabled()
    request = tmp_path / "lamp.csr"
    request.write_text(DeviceFiles(tmp_path, LAMP).signing_request(), encoding="ascii")
    dialog.get_by_label("证书请求文件").set_input_files(request)
    assert hindrances(page) == []
    dialog.get_by_role("button", name="登记设备").click()
    # Then its certificate is shown, once, to be saved
    with page.expect_download() as saved:
        page.get_by_role("button", name="存证书").click()
    assert "BEGIN CERTIFICATE" in Path(saved.value.path()).read_text(encoding="ascii")
    assert hindrances(page) == []
    dialog.get_by_role("button", name="关闭", exact=True).click()
    page.wait_for_url(f"**/maple/devices/devices/{LAMP}")
    # When the manager revokes it, having read what will happen
    page.get_by_role("button", name="停用", exact=True).click()
    dialog.get_by_text("证书马上失效").wait_for()
    assert hindrances(page) == []
    assert dialog.get_by_role("button", name="停用", exact=True).is_disabled()
    dialog.get_by_label("原因").fill("灯丢了")
    dialog.get_by_role("button", name="停用", exact=True).click()
    dialog.wait_for(state="hidden")
    # Then it is
    eventually(lambda: town.http(MANAGER, "GET", f"{AT}/{LAMP}").body["status"] == "revoked", "it is revoked")
    page.get_by_role("button", name="停用", exact=True).wait_for(state="hidden")
    page.get_by_text("灯丢了").wait_for()
    # And the meters stand beside
    page.get_by_role("button", name="表计", exact=True).click()
    page.locator("[data-meter]").first.click()
    page.get_by_text("用量").first.wait_for()
