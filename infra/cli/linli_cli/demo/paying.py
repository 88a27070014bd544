"""The commands `pay` and `refund`: a resident pays a bill at the sandbox, a manager gives it back."""

import time
import uuid
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

from linli.ids import is_id
from linli.vocabulary.payments import Provider
from linli_cli.cloud import LOCAL
from linli_cli.demo import neighbourhood
from linli_cli.demo.neighbourhood import Community
from linli_cli.errors import CommandError
from linli_cli.layout import home
from linli_cli.local import issuer
from linli_cli.local.sandbox import Sandbox
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from linli_cli.progress import wide_table

SETTLED_S = 30.0
POLL_S = 0.1
OK, NOT_FOUND = 200, 404
RECEIPT_PARTS = 3
FEN_PER_YUAN = 100

CommunityOption = Annotated[
    str | None, typer.Option("--community", metavar="ID", help="Where; all of the demo are tried without it.")
]


def pay(
    bill: Annotated[
        str | None, typer.Argument(metavar="BILL", help="Which; lists those that are open if not given.")
    ] = None,
    provider: Annotated[Provider, typer.Option("--provider", help="alipay or wechat.")] = "alipay",
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="Who pays; somebody of the home without it.")
    ] = None,
    community: CommunityOption = None,
) -> None:
    """Pay a bill of the demo at the sandbox's Alipay or WeChat Pay, and print the receipt."""
    door = FrontDoor(addresses.of_stage(LOCAL).http, issuer.token)
    if bill is None:
        show_open(door, community)
        return
    at, due = find(door, community, f"dues/{known_id(bill)}", f"bill {bill}", ": `linli pay` lists them")
    if due["state"] == "paid":
        raise CommandError(f"the bill {bill} is paid: see receipt {due.get('receipt')}")
    payer = person or payer_of(at, due["home"])
    base = f"/payments/communities/{at.id}"
    wanted = {"bill": bill, "provider": provider, "open_id": f"o-{payer}"}
    intent = door.ask(payer, "POST", f"{base}/payment_intents", wanted).body
    if "parameters" not in intent:
        raise CommandError(f"the order {intent['intent']} is {intent['state']} and cannot be paid any more")
    ordered = {"provider": provider, "parameters": intent["parameters"]}
    Sandbox(home()).ask("POST", "/payments/pay", ordered)
    path = f"{base}/payment_intents/{intent['intent']}"
    paid = await_state(lambda: door.ask(payer, "GET", path).body, {"paid"}, f"the payment of {bill}")
    if "receipt" not in paid:
        show("paid on top of a paid bill, and on its way back", paid)
        return
    show("paid", door.ask(payer, "GET", f"{base}/receipts/{paid['receipt']}").body)


def refund(
    number: Annotated[str, typer.Argument(metavar="INTENT|RECEIPT", help="What was paid.")],
    fen: Annotated[
        int | None, typer.Option("--fen", min=1, help="How much; all that is left without it.")
    ] = None,
    community: CommunityOption = None,
) -> None:
    """Give a payment of the demo back, in part or whole, through the provider it came by."""
    door = FrontDoor(addresses.of_stage(LOCAL).http, issuer.token)
    intent = known_id(intent_of(number))
    at, _ = find(door, community, f"payment_intents/{intent}", f"payment {number}")
    path = f"/payments/communities/{at.id}/payment_intents/{intent}/refunds"
    wanted = {} if fen is None else {"amount_fen": fen}
    asked = door.ask(at.manager, "POST", path, wanted, key=str(uuid.uuid4())).body

    def look() -> Any:
        listed = door.ask(at.manager, "GET", path).body["items"]
        return next(each for each in listed if each["refund"] == asked["refund"])

    ended = await_state(look, {"done", "failed"}, f"the refund {asked['refund']}")
    show("refunded" if ended["state"] == "done" else "the provider did not refund", ended)


def show_open(door: FrontDoor, community: str | None) -> None:
    """The bills that can be paid."""
    console, table = wide_table("bill", "community", "home", "period", "yuan")
    for at in searched(community):
        for due in door.pages(at.manager, f"/payments/communities/{at.id}/dues"):
            table.add_row(due["bill"], at.id, due["home"], due["period"], yuan(due["amount_fen"]))
    console.print(table)


def find(
    door: FrontDoor, community: str | None, path: str, what: str, hint: str = ""
) -> tuple[Community, Any]:
    """The community that has it, and what it is. Raises CommandError where none has."""
    tried = searched(community)
    for at in tried:
        where = f"/payments/communities/{at.id}/{path}"
        answer = door.ask(at.manager, "GET", where, accept=(OK, NOT_FOUND))
        if answer.status == OK:
            return at, answer.body
    names = ", ".join(each.id for each in tried)
    raise CommandError(f"there is no {what} in {names}{hint}")


def searched(community: str | None) -> list[Community]:
    """Where to look. Raises CommandError for a community that the demo does not have."""
    found = [each for each in neighbourhood.communities() if community in (None, each.id)]
    if not found:
        raise CommandError(f"the demo has no community {community}: {', '.join(neighbourhood.COMMUNITIES)}")
    return found


def payer_of(community: Community, place: str) -> str:
    """Who lives there. Raises CommandError if nobody of the demo does."""
    unit = place.rpartition("/")[2]
    people = [person.id for person in community.people if person.unit == unit]
    if not people:
        raise CommandError(f"nobody of the demo lives in {place}: say who pays with --person")
    return people[0]


def known_id(text: str) -> str:
    if not is_id(text):
        raise CommandError(f"{text} is no id: lower-case letters, digits and dashes, at most 64")
    return text


def intent_of(number: str) -> str:
    """`r-20260105-<intent>` names its intent; anything else is one."""
    parts = number.split("-")
    return parts[-1] if parts[0] == "r" and len(parts) == RECEIPT_PARTS else number


def await_state(look: Callable[[], Any], states: set[str], what: str) -> Any:
    """What is there once it is in one of the states. Raises CommandError when it takes too long."""
    end = time.monotonic() + SETTLED_S
    while (found := look())["state"] not in states:
        if time.monotonic() > end:
            raise CommandError(
                f"{what} is still {found['state']}: see `linli logs payments/payment_callback`"
            )
        time.sleep(POLL_S)
    return found


def show(what: str, details: dict[str, Any]) -> None:
    """What happened, a line for each detail."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(what, style="green", markup=False)
    for name, value in details.items():
        if value not in (None, 0, ""):
            text = f"{yuan(value)} yuan" if name.endswith("_fen") else str(value)
            console.print(f"  {name.removesuffix('_fen'):<12} {text}", markup=False)


def yuan(fen: int) -> str:
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"
