"""Can a client make the hub speak to a machine of its own network?"""

import socket
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from federation.clients.addresses import is_public
from federation.clients.models import Authentication
from federation.clients.registering import register_client
from federation.errors import Invalid
from federation.sso.logout.reaching_out import NotReached, post
from tests.support.listening import listening
from tests.support.provider import RunningProvider

HERE = (ip_network("127.0.0.0/8"),)
PRIVATE = [
    *("127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
    *("::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "224.0.0.1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_its_own_network_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_nobody_is_asked_there_by_whatever_name(host: str) -> None:
    with listening() as listener:
        with pytest.raises(NotReached):
            post(f"http://{host}:{listener.port}/", {"logout_token": "secret"}, networks=())
        assert listener.heard == []


def test_the_address_of_a_cloud_s_secrets_is_not_asked() -> None:
    with pytest.raises(NotReached, match="BANYAN_CLIENT_NETWORKS"):
        post("http://169.254.169.254/latest/meta-data/", {}, networks=HERE)


def test_a_redirect_is_not_followed() -> None:
    with listening() as listener, listening() as inner:
        listener.status, listener.leads_to = 307, inner.address
        with pytest.raises(NotReached, match="307"):
            post(listener.address, {"logout_token": "secret"}, networks=HERE)
        assert inner.heard == []


def test_a_name_is_asked_once_and_only_what_it_led_to_is_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it could lead to a public machine while it is looked at, and to one in here when it is spoken to."""
    asked: list[str] = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with listening() as listener:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", resolve)
            address = f"http://rebinding.example:{listener.port}/back-channel"
            post(address, {"logout_token": "t"}, networks=HERE)
        assert asked.count("rebinding.example") == 1
        assert listener.heard == ["t"]


def test_a_name_that_leads_outside_and_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(_host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("203.0.114.7", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotReached, match="network"):
        post("https://both.example/", {}, networks=())


@pytest.mark.parametrize(
    "address",
    [
        "http://rp.example/back-channel",
        "file:///etc/passwd",
        "gopher://rp.example/",
        "https://user:secret@rp.example/",
        "https://rp.example\\@evil.example/",
        "https://rp.example/#part",
        "https:///nowhere",
        "https://rp.example:0/",
        "https://[::1",
    ],
)
def test_an_address_that_can_be_read_two_ways_is_not_registered(provider: RunningProvider, address: str) -> None:
    usual: dict[str, Any] = {"name": "x", "authentication": Authentication.CLIENT_SECRET_BASIC, "secret": "s" * 43}
    for field in ("redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri"):
        known = usual | {"redirect_uris": ["https://rp.example/"]}
        known[field] = address if field == "backchannel_logout_uri" else [address]
        with provider.session() as session, pytest.raises(Invalid, match=r"no address|https://"):
            register_client(session, "app:led-astray", **known, at=datetime.now(UTC))


def test_keys_are_given_and_never_fetched(provider: RunningProvider) -> None:
    known: dict[str, Any] = {"name": "x", "redirect_uris": ["https://rp.example/"]}
    known |= {"authentication": Authentication.PRIVATE_KEY_JWT, "jwks": {"jwks_uri": "http://169.254.169.254/"}}
    with provider.session() as session, pytest.raises(Invalid, match="JSON Web Key Set"):
        register_client(session, "app:fetching", **known, at=datetime.now(UTC))
