"""Message gateways of the sandbox: push, text and voice, as linli/messages/gateways.py describes them.

    POST /gateways/COMMUNITY/CHANNEL          take a message over (push, sms, voice), signed by Linli
    PUT  /gateways/communities/COMMUNITY      {"reply_url"}: open an account; the secret, keys and all
    PUT  /gateways/moods/CHANNEL              {"answers": "normal" | "busy" | "refuses" | "timeless"}
    GET  /gateways/messages?to=&channel=      what was asked to be sent, in order; `times`: how often
    POST /gateways/replies                    {"message_id", "event", "digit"}: tell Linli what became of it

Busy or refusing on demand; `timeless` believes a signature however old, others for five minutes, as the
standard has it. A message of an id that is known is counted and not sent again, as a real gateway does.
"""

import hmac
import json
import urllib.error
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from secrets import token_bytes
from threading import Lock
from time import time, time_ns
from typing import Any

from localstack.sandbox.server import Handler, Request, Response

CHANNELS = ("push", "sms", "voice")
MOODS = {"busy": 503, "refuses": 422}
TOLERANCE_S = 300
PATIENCE_S = 10.0


def handlers(folder: Path, base: str) -> Mapping[str, Handler]:
    """What is answered, by prefix of the path."""
    exchange = Exchange(base, folder / "gateways.json")
    return {
        "/gateways/": exchange.take,
        "/gateways/communities/": exchange.open_account,
        "/gateways/moods/": exchange.set_mood,
        "/gateways/messages": exchange.show,
        "/gateways/replies": exchange.reply,
    }


@dataclass
class Taken:
    """A message that a gateway took over."""

    community: str
    notice: dict[str, Any]
    times: int = 1


class Exchange:
    """All three gateways of all communities."""

    def __init__(self, base: str, file: Path) -> None:
        self.base, self.file, self.lock = base, file, Lock()
        self.secrets: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        self.moods: dict[str, str] = {}
        self.replies = count(time_ns())
        self.taken: dict[str, Taken] = {}

    def open_account(self, request: Request) -> Response:
        """The community's secret `channels/<community>`; asked again, it is the same."""
        community = request.path.rpartition("/")[2]
        with self.lock:
            if community not in self.secrets:
                self.secrets[community] = "whsec_" + b64encode(token_bytes(32)).decode()
                self.file.write_text(json.dumps(self.secrets))
        gateways = {
            channel: {
                "url": f"{self.base}/gateways/{community}/{channel}",
                "secrets": [self.secrets[community]],
            }
            for channel in CHANNELS
        }
        return Response.of({**gateways, "reply_url": request.json["reply_url"]})

    def take(self, request: Request) -> Response:
        """Take a message over: checked, recorded, and counted when it comes again."""
        community, channel = request.path.split("/")[-2:]
        mood = self.moods.get(channel, "normal")
        if mood in MOODS:
            return Response.of({"said": "not today"}, MOODS[mood])
        secret = self.secrets.get(community)
        if channel not in CHANNELS or secret is None:
            return Response.of({"said": "there is no such account"}, 404)
        if not _is_signed(request, secret):
            return Response.of({"said": "the signature does not fit"}, 401)
        if mood != "timeless" and abs(time() - int(request.headers["webhook-timestamp"])) > TOLERANCE_S:
            return Response.of({"said": "the timestamp is more than five minutes off"}, 400)
        notice = request.json
        if notice["message_id"] != request.headers["webhook-id"] or notice["channel"] != channel:
            return Response.of({"said": "the body is of another message"}, 400)
        with self.lock:
            known = self.taken.get(notice["message_id"])
            if known is None:
                self.taken[notice["message_id"]] = Taken(community, notice)
            else:
                known.times += 1
        return Response.of({"taken": notice["message_id"]}, 202)

    def set_mood(self, request: Request) -> Response:
        """How a gateway answers from now on."""
        self.moods[request.path.rpartition("/")[2]] = request.json["answers"]
        return Response.of(self.moods)

    def show(self, request: Request) -> Response:
        """What was asked to be sent."""
        wanted = request.query
        with self.lock:
            found = [asdict(each) for each in self.taken.values()]
        items = [
            {"community": each["community"], "times": each["times"], **each["notice"]}
            for each in found
            if all(each["notice"].get(name) == value for name, value in wanted.items())
        ]
        return Response.of({"items": items})

    def reply(self, request: Request) -> Response:
        """Tell Linli what became of a message, as a gateway does; the answer is what Linli said."""
        told = request.json
        taken = self.taken.get(told["message_id"])
        if taken is None:
            return Response.of({"said": "there is no such message"}, 404)
        body = json.dumps(told).encode()
        headers = {"content-type": "application/json"} | _signed(
            f"reply-{told['message_id']}-{next(self.replies)}", body, self.secrets[taken.community]
        )
        address = taken.notice["reply_url"]
        asked = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310  always Linli's own
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:  # noqa: S310  as above
                return Response.of({"status": answer.status, "answer": json.loads(answer.read())})
        except urllib.error.HTTPError as error:
            with error:
                return Response.of({"status": error.code, "answer": json.loads(error.read() or b"{}")})


def _is_signed(request: Request, secret: str) -> bool:
    headers = request.headers
    wanted = _signature(headers["webhook-id"], headers["webhook-timestamp"], request.body, secret)
    return any(hmac.compare_digest(each, wanted) for each in headers["webhook-signature"].split())


def _signed(message_id: str, body: bytes, secret: str) -> dict[str, str]:
    timestamp = str(int(time()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": _signature(message_id, timestamp, body, secret),
    }


def _signature(message_id: str, timestamp: str, body: bytes, secret: str) -> str:
    key = b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{b64encode(digest).decode()}"
