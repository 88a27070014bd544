"""A merchant's secrets are checked whole when they are set up."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from functions.payments.providers.merchants.checks import Faulty, secrets_of
from functions.payments.providers.merchants.models import Merchant
from linli_cli.demo import merchants
from linli_cli.errors import CommandError
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.pasted import OURS, PKCS1, PUBLIC, bare, certificate, contract, faults
from tests.unit.payments.shop import PUBLIC_KEY_ID, SERIAL


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"api_v3_key": "0123456789"}, "api_v3_key: has 10 bytes, wechat's has 32"),
        ({"api_v3_key": "0" * 33}, "api_v3_key: has 33 bytes"),
        ({"api_v3_key": None}, "api_v3_key: has 0 bytes"),
        ({"serial": None}, "serial: wechat needs"),
        ({"serial": PUBLIC_KEY_ID}, "serial: is the id of WeChat Pay's key"),
        ({"serial": "my serial"}, "serial: is no serial"),
        ({"provider_keys": {}}, "provider_keys"),
        ({"provider_keys": {"the key": PUBLIC}}, "provider_keys, the key: is no serial"),
        ({"provider_keys": {SERIAL: PUBLIC, SERIAL.lower(): certificate()}}, "two keys go by one serial"),
        ({"provider_keys": {"44" * 20: certificate()}}, f"the certificate's serial is {SERIAL}"),
        ({"provider_keys": {PUBLIC_KEY_ID: certificate()}}, "is a certificate: WeChat Pay's public key"),
        ({"seller": "wx8888888888888888", "app": "1900000109"}, "mchid is eight to ten digits"),
        ({"notify_url": "https://x.test/callbacks/wechat/maple"}, "has to end with /callbacks/wechat/willow"),
        ({"gateway_url": "api.mch.weixin.qq.com"}, "gateway_url"),
        ({"community": "maple"}, "community: is another one's"),
        ({"password": "x"}, "password"),
    ],
)
def test_what_is_wrong_with_a_contract_is_said_when_it_is_set_up(changed: dict[str, Any], said: str) -> None:
    assert said in faults(**changed)


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = faults("a key", seller="x", provider_keys={SERIAL: "x"})
    assert said.count(";") == 2


def test_pasted_blanks_and_spellings_are_none_of_a_value() -> None:
    pasted = contract(
        api_v3_key=f" {shop.API_V3_KEY}\n", seller=f"{shop.wechat().seller} ",
        serial=f"0x{shop.wechat().serial.lower()}",
        provider_keys={":".join(SERIAL[at : at + 2] for at in range(0, 32, 2)): PUBLIC}, community=None,
    )  # fmt: skip
    kept = Merchant.model_validate_json(secrets_of(pasted, OURS, "willow", "wechat").merchant)
    assert kept == shop.wechat().model_copy(update={"provider_keys": {SERIAL: PUBLIC}})


def test_alipays_contract_is_checked_likewise() -> None:
    alipay = json.loads(shop.alipay().model_dump_json())
    assert secrets_of(json.dumps(alipay), OURS, "willow", "alipay")
    for wrong in ({"seller": "1"}, {"app": "wx1"}, {"sp_mchid": "1900000100"}):
        with pytest.raises(Faulty):
            secrets_of(json.dumps(alipay | wrong), OURS, "willow", "alipay")
    with pytest.raises(Faulty, match="no JSON"):
        secrets_of("{", OURS, "willow", "alipay")
    with pytest.raises(Faulty, match="no JSON object"):
        secrets_of("[]", OURS, "willow", "alipay")


def test_two_keys_under_one_serial_are_refused_when_they_are_read_too() -> None:
    with pytest.raises(ValidationError):
        Merchant.model_validate_json(contract(provider_keys={SERIAL: PUBLIC, f"0x{SERIAL}": PKCS1}))


def test_the_command_says_what_is_wrong_and_keeps_nothing(tmp_path: Path) -> None:
    told, key_file = tmp_path / "contract.json", tmp_path / "key.pem"
    told.write_text(contract(api_v3_key="short"))
    key_file.write_text(signing.public_part(OURS))
    with pytest.raises(CommandError, match="api_v3_key: has 5 bytes"):
        merchants.merchant("willow", "wechat", told, key_file)
    told.write_text(contract())
    with pytest.raises(CommandError, match="the signing key: is a public key"):
        merchants.merchant("willow", "wechat", told, key_file)
    key_file.write_text(OURS)
    merchants.merchant("willow", "wechat", told, key_file, check=True)


def test_the_command_keeps_both_secrets_in_one_spelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}

    class Vault:
        class exceptions:  # noqa: N801  as boto3 has it
            class ResourceNotFoundException(Exception):
                pass

        def get_secret_value(self, SecretId: str) -> Any:  # noqa: N803  as boto3 has it
            if SecretId not in kept:
                raise self.exceptions.ResourceNotFoundException
            return {"SecretString": kept[SecretId]}

        def create_secret(self, Name: str, SecretString: str) -> None:  # noqa: N803  as boto3 has it
            kept[Name] = SecretString

    class Stage:
        def client(self, _service: str) -> Vault:
            return Vault()

    monkeypatch.setattr(merchants, "connect", lambda *_: Stage())
    told, key_file = tmp_path / "contract.json", tmp_path / "key.pem"
    told.write_text(contract(provider_keys={f"0x{SERIAL.lower()}": bare(PUBLIC)}))
    key_file.write_text(bare(OURS))
    for _ in range(2):
        merchants.merchant("willow", "wechat", told, key_file, stage="test")
    assert set(kept) == {"linli/test/merchants/willow/wechat", "linli/test/signing-keys/willow/wechat"}
    secret = Merchant.model_validate_json(kept["linli/test/merchants/willow/wechat"])
    assert secret.provider_keys == {SERIAL: PUBLIC}
    assert kept["linli/test/signing-keys/willow/wechat"].startswith("-----BEGIN PRIVATE KEY-----")
