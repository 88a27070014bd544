"""The payment providers of the sandbox, and what is done at them by hand.

    /alipay/gateway.do, /alipay/bills            Alipay, as it is
    /v3/…, /wechat/v3/…                          WeChat Pay v3, as it is; signed with or without `/wechat`
    PUT  /payments/merchants/COMMUNITY/PROVIDER  open an account; the merchant's two secrets
    POST /payments/pay                           the payer's thumb on the cashier's button
    POST /payments/keys/PROVIDER                 the provider signs with a new key from now on
    PUT  /payments/moods/PROVIDER                {"answers": "normal" | "busy"}: how it is today
    GET  /payments/orders/PROVIDER/ORDER         what it knows of an order

`pay` takes {"provider", "parameters": what the mini-program got} and, of its callback, "silent" (none comes),
"delay_s" and "times" (it comes more than once).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from localstack.sandbox.accounts import Accounts
from localstack.sandbox.alipay import Alipay
from localstack.sandbox.book import Book, No
from localstack.sandbox.callbacks import Courier
from localstack.sandbox.server import Handler, Request, Response
from localstack.sandbox.signing import public_part
from localstack.sandbox.wechat import Wechat


def handlers(folder: Path, base: str) -> Mapping[str, Handler]:
    """What is answered, by prefix of the path."""
    accounts, book, courier = Accounts.kept(folder), Book(folder), Courier()
    alipay, wechat = Alipay(base, accounts, book, courier), Wechat(base, accounts, book, courier)
    counter = Counter(base, accounts, book, courier, {"alipay": alipay, "wechat": wechat})
    return {
        "/alipay/gateway.do": counter.in_its_mood("alipay", alipay.gateway),
        "/alipay/bills": alipay.statement,
        "/v3/": counter.in_its_mood("wechat", wechat.v3),
        "/v3/billdownload/": wechat.statement,
        "/wechat/v3/": counter.in_its_mood("wechat", wechat.v3),
        "/wechat/v3/billdownload/": wechat.statement,
        "/payments/merchants/": counter.open_account,
        "/payments/pay": counter.pay,
        "/payments/keys/": counter.rotate,
        "/payments/moods/": counter.set_mood,
        "/payments/orders/": counter.show,
    }


@dataclass
class Counter:
    """Where things are done by hand."""

    base: str
    accounts: Accounts
    book: Book
    courier: Courier
    providers: Mapping[str, Alipay | Wechat]
    moods: dict[str, str] = field(default_factory=dict)

    def in_its_mood(self, provider: str, handler: Handler) -> Handler:
        """The handler, unless the provider is busy today."""
        return lambda request: Response(503) if self.moods.get(provider) == "busy" else handler(request)

    def open_account(self, request: Request) -> Response:
        """The merchant as `functions/payments/exchange.py` has it, the key that signs what it sends, and the
        provider's key that is no certificate's.
        """
        community, provider = request.path.split("/")[-2:]
        account = self.accounts.open(community, provider)
        gateway = {"alipay": "/alipay/gateway.do", "wechat": "/wechat"}[provider]
        merchant = {
            **asdict(account),
            "provider_keys": self.accounts.public_keys(provider),
            "gateway_url": self.base + gateway,
            "notify_url": request.json["notify_url"],
        }
        told = {"merchant": merchant, "signing_key": self.accounts.merchant}
        name, key = self.accounts.public_key(provider)
        return Response.of(told | {"public_key": {"id": name, "key": public_part(key)}})

    def pay(self, request: Request) -> Response:
        """Pay, and send the callback."""
        wanted = request.json
        provider = self.providers[wanted["provider"]]
        try:
            with self.book.changing():
                order = provider.open(wanted["parameters"])
                self.book.pay(order)
        except No as no:
            return Response.of({"said": str(no)}, 409)
        if order.notify_url and not wanted.get("silent"):
            self.courier.send(provider.tell(order), wanted.get("delay_s", 0.0), wanted.get("times", 1))
        return Response.of(asdict(order))

    def rotate(self, request: Request) -> Response:
        """A new key, and its serial."""
        return Response.of({"serial": self.accounts.rotate(request.path.split("/")[-1])})

    def set_mood(self, request: Request) -> Response:
        """How the provider answers from now on."""
        self.moods[request.path.split("/")[-1]] = request.json["answers"]
        return Response.of(self.moods)

    def show(self, request: Request) -> Response:
        """An order."""
        order = self.book.find(*request.path.split("/")[-2:])
        return Response.of(asdict(order)) if order else Response.of({"said": "there is no such order"}, 404)
