"""Where requests to others may go: by HTTPS to addresses of the public internet, and nowhere else.

Who names an address to us must not make us ask for them what is ours: a neighbour in a private network, the
machine itself, the metadata of a cloud. What a name resolves to is judged at each connection
(linli.outbound), since it may have changed a moment ago.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal
from urllib.parse import urlsplit

LONGEST_URL = 1000
HTTPS = 443
SAFE = re.compile(
    r"[!#-;=?-\[\]_a-z~]+"
)  # visible ASCII but for what parsers read differently: " < > \ ^ ` { | }
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
# IANA's special-purpose registries (2026-11), multicast, and what is not assigned; and Azure's host, which
# answers at an address that looks public.
CLOSED_4 = [
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
    )
]  # fmt: skip
OPEN_6 = ip_network("2000::/3")
CLOSED_6 = [
    ip_network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
NAT64, MAPPED = ip_network("64:ff9b::/96"), ip_network("::ffff:0:0/96")  # an address of IPv4 in one of IPv6

Fault = Literal["malformed", "not_https", "private"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads."""

    host: str
    port: int


def is_public(address: str) -> bool:
    """Whether an address, as a resolver writes it, is of the public internet."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found in NAT64 or found in MAPPED:
            return _is_public_4(IPv4Address(int(found) & 0xFFFFFFFF))
        return found in OPEN_6 and not any(found in each for each in CLOSED_6)
    return _is_public_4(found)


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in each for each in CLOSED_4)


def place_of(url: str) -> Place | None:
    """Where a URL leads; None for one that two readers might read differently, or that names a user."""
    if len(url) > LONGEST_URL or not SAFE.fullmatch(url.lower()):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.password is not None or parts.fragment or "@" in parts.netloc:
        return None
    if not (_is_literal(host) or NAME.fullmatch(host)) or port == 0:
        return None
    return Place(host, port or {"https": HTTPS, "http": 80}.get(parts.scheme, 0))


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def fault_of(url: str, *, anywhere: bool = False) -> Fault | None:
    """What is wrong with a URL as it is written. `anywhere`: on a stage whose receivers may be at home, HTTP
    and any port will do.
    """
    place, scheme = place_of(url), url.partition(":")[0].lower()
    if place is None or scheme not in {"https", "http"}:
        return "malformed"
    if anywhere:
        return None
    if scheme != "https" or place.port != HTTPS:
        return "not_https"
    return "private" if _is_literal(place.host) and not is_public(place.host) else None
