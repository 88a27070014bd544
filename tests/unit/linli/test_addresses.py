"""Which addresses are of the public internet, and which URLs two readers might read differently."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.addresses import CLOSED_4, fault_of, is_public, place_of

ADDRESSES_4 = st.integers(0, 2**32 - 1).map(IPv4Address)
OF_NAT64 = range(0x64FF9B << 96, (0x64FF9B << 96) + 2**32)  # judged by the address that they hold
CLOSED = st.sampled_from(CLOSED_4).flatmap(
    lambda net: st.integers(int(net.network_address), int(net.broadcast_address)).map(IPv4Address)
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.31.255.255", "192.168.0.1",  # noqa: S104
        "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fd00:ec2::254", "ff02::1", "::127.0.0.1",
        "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
        "64:ff9b:1::808:808", "2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1", "100::1",
    ],
)  # fmt: skip
def test_what_is_ours_or_nobodys_is_closed(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "223.5.5.5",
        "172.32.0.1",
        "2400:3200::1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_what_is_public_is_open(address: str) -> None:
    assert is_public(address)


@given(CLOSED)
def test_a_closed_address_stays_closed_in_whatever_it_is_wrapped(address: IPv4Address) -> None:
    number = int(address)
    wrapped = [IPv6Address(number), IPv6Address(0xFFFF << 32 | number), IPv6Address(0x64FF9B << 96 | number)]
    wrapped += [IPv6Address(0x2002 << 112 | number << 80)]
    assert not any(is_public(str(each)) for each in (address, *wrapped))


@given(ADDRESSES_4)
def test_we_are_never_more_open_than_the_registry(address: IPv4Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved))


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_nor_in_the_newer_internet(address: IPv6Address) -> None:
    if is_public(str(address)) and address.ipv4_mapped is None and int(address) not in OF_NAT64:
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_site_local))


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks", "ftp://a.example/", "https://", "https:///path", "https://user@a.example/",
        "//a.example/", "https://user:word@a.example/", "https://a.example/#part", "https://a.example\\@127.0.0.1/",
        "https://a.example /", "https://a.example/\r\nx: y", "https://ex%61mple.com/", "https://例子.cn/",
        "https://a.example:port/", "https://a.example:70000/", "https://[::1", "https://[fe80::1%25eth0]/",
        "https://-a.example/", "https://a..example/", "https://a.example:0/", "javascript:alert(1)",
        "https://a.example/" + "x" * 1000, "https://127.0.0.1\t.example/",
    ],
)  # fmt: skip
def test_what_readers_may_read_differently_is_malformed(url: str) -> None:
    assert fault_of(url) == "malformed"
    assert fault_of(url, anywhere=True) == "malformed"


@pytest.mark.parametrize("url", ["http://a.example/", "https://a.example:8443/", "http://127.0.0.1:8080/"])
def test_only_https_at_its_usual_port_but_at_home(url: str) -> None:
    assert fault_of(url) == "not_https"
    assert fault_of(url, anywhere=True) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "169.254.169.254"])
def test_a_private_address_that_is_written_out_is_seen_at_once(host: str) -> None:
    assert fault_of(f"https://{host}/") == "private"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost", "localhost."])
def test_what_only_a_resolver_makes_out_is_left_to_the_connection(host: str) -> None:
    assert fault_of(f"https://{host}/") is None


def test_where_a_good_url_leads() -> None:
    found = place_of("https://hooks.example.com/linli?key=a%20b")
    assert found is not None
    assert (found.host, found.port) == ("hooks.example.com", 443)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    assert fault_of(f"https://{text}") in {None, "malformed", "not_https", "private"}
    fault_of(text)
