"""Who has an account at the sandbox's providers, and with which keys everybody signs."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from localstack.sandbox.signing import new_key, public_part

SERIAL_LENGTH = 40


def number(*parts: str, length: int) -> str:
    """Digits that are always the same for the same parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return str(int(digest, 16))[:length]


@dataclass(frozen=True)
class Account:
    """A community as a merchant of a provider."""

    community: str
    provider: str
    seller: str
    app: str
    serial: str
    api_v3_key: str


def account(community: str, provider: str) -> Account:
    """The account of a community; sellers and apps are derived from its name."""
    digest = hashlib.sha256(f"{community}\x1f{provider}".encode()).hexdigest()
    if provider == "alipay":
        seller, app = (prefix + number(community, prefix, length=12) for prefix in ("2088", "2021"))
        return Account(community, provider, seller, app, "", "")
    seller = "19" + number(community, provider, length=8)
    return Account(
        community, provider, seller, f"wx{digest[:16]}", digest[:SERIAL_LENGTH].upper(), digest[-32:]
    )


@dataclass
class Accounts:
    """All keys, kept in `keys.json`: the merchants' one, and each provider's, of which the last one signs."""

    file: Path
    merchant: str = ""
    providers: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    opened: dict[str, list[str]] = field(default_factory=dict)
    _lock: Any = field(default_factory=RLock, repr=False, compare=False)

    @classmethod
    def kept(cls, folder: Path) -> "Accounts":
        """Those of the last run, or new ones."""
        file = folder / "keys.json"
        if file.exists():
            return cls(file, **json.loads(file.read_text(encoding="utf-8")))
        made = cls(file, new_key())
        for provider in ("alipay", "wechat"):
            made.rotate(provider)
        return made

    def rotate(self, provider: str) -> str:
        """The provider signs with a new key from now on; its serial."""
        with self._lock:
            key = new_key()
            digest = hashlib.sha256(public_part(key).encode()).hexdigest()[:SERIAL_LENGTH]
            serial = f"{int(digest, 16) >> 1:0{SERIAL_LENGTH}X}"  # a certificate's has 159 bits at most
            self.providers.setdefault(provider, []).append({"serial": serial, "key": key})
            self._keep()
            return serial

    def open(self, community: str, provider: str) -> Account:
        """The account, known by its seller and app from now on."""
        found = account(community, provider)
        with self._lock:
            for name in (found.seller, found.app):
                if name not in self.opened:
                    self.opened[name] = [community, provider]
                    self._keep()
        return found

    def of(self, seller_or_app: str) -> Account:
        """Whose it is. Raises KeyError."""
        return account(*self.opened[seller_or_app])

    def signing_key(self, provider: str) -> tuple[str, str]:
        """Serial and private key of the provider."""
        last = self.providers[provider][-1]
        return last["serial"], last["key"]

    def public_key(self, provider: str) -> tuple[str, str]:
        """The provider's key that is no certificate's and stays (微信支付公钥): its id, and the key."""
        first = self.providers[provider][0]
        return f"PUB_KEY_ID_{number(first['serial'], length=28)}", first["key"]

    @property
    def merchant_public(self) -> str:
        """What merchants' signatures are checked with."""
        return public_part(self.merchant)

    def public_keys(self, provider: str) -> dict[str, str]:
        """The provider's public keys by serial."""
        return {each["serial"]: public_part(each["key"]) for each in self.providers[provider]}

    def _keep(self) -> None:
        whole = {"merchant": self.merchant, "providers": self.providers, "opened": self.opened}
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(whole), encoding="utf-8")
        partial.chmod(0o600)
        partial.replace(self.file)
