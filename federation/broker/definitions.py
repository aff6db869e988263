"""What does RabbitMQ need for the districts that take part?

Its own form of definitions (rabbitmq.com, "Definitions Export and Import"): the management API takes them, and so do
`rabbitmqctl import_definitions` and a broker that starts. They say what shall be there; what is there already stays, so to
import them again repairs a broker and changes nothing otherwise.
"""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from sync import streams
from sync.addresses import QUEUE_ARGUMENTS, account_name, exchange_name, queue_name, queue_names

REFUSED = "banyan.refused"
DELIVERY_LIMIT = 50
"""How often a message is handed out that nobody acknowledges; a hub that dies of it must not die of it for ever."""

_NOTHING = "^$"
_MIB = 1024 * 1024
_LIMITS: Mapping[str, Mapping[str, Any]] = {
    # Senders that are told no keep what they have to say and try again.
    "banyan-hub": {"max-length": 20_000, "max-length-bytes": 1024 * _MIB, "overflow": "reject-publish"},
    # Nobody may wait for a district that is away: what is dropped for it is sent again when it is back.
    "banyan-district": {"max-length": 10_000, "max-length-bytes": 1024 * _MIB, "overflow": "drop-head"},
}
_REFUSED_LIMITS = {"max-length": 1_000, "max-length-bytes": 64 * _MIB, "overflow": "drop-head"}


@dataclass(frozen=True)
class Account:
    """A party's account. Without a password an existing one keeps its own; one that may not speak still hears."""

    party: str
    password: str | None = field(default=None, repr=False)
    may_speak: bool = True


def definitions(districts: Iterable[Account], *, virtual_host: str = "/") -> dict[str, Any]:
    """Exchanges, queues, bindings, limits, and for each district an account that may configure nothing."""
    accounts = list(districts)
    codes = [account.party for account in accounts]
    parts: dict[str, list[dict[str, Any]]] = {
        "exchanges": [
            *(_exchange(exchange_name(party), "direct") for party in (streams.HUB, *codes)),
            _exchange(REFUSED, "fanout"),
        ],
        "queues": [_queue(name) for party in (streams.HUB, *codes) for name in queue_names(party)] + [_queue(REFUSED)],
        "bindings": [
            *(_binding(exchange_name(code), queue_name(streams.HUB, code), streams.HUB) for code in codes),
            *(_binding(exchange_name(streams.HUB), queue_name(code), code) for code in codes),
            _binding(REFUSED, REFUSED, ""),
        ],
        "policies": [
            _policy("banyan-hub", r"^banyan\.hub\.in\.[0-9]+$"),
            _policy("banyan-district", r"^banyan\.district\.[^.]+\.in$"),
            {"name": REFUSED, "pattern": _only(REFUSED), "apply-to": "queues", "definition": _REFUSED_LIMITS},
        ],
        "permissions": [_permission(account) for account in accounts],
    }
    placed = {name: [{"vhost": virtual_host, **one} for one in listed] for name, listed in parts.items()}
    return {"vhosts": [{"name": virtual_host}], "users": list(users(accounts)), **placed}


def users(accounts: Iterable[Account]) -> Iterable[dict[str, Any]]:
    """Those of `accounts` that have a password, with its hash."""
    return (
        {
            "name": account_name(account.party),
            "password_hash": _hashed(account.password),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": [],
        }
        for account in accounts
        if account.password is not None
    )


def virtual_host(bus_url: str) -> str:
    """In which of the broker's virtual hosts the bus is."""
    return unquote(urlsplit(bus_url).path[1:]) or "/"


def _exchange(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "durable": True, "auto_delete": False, "internal": False, "arguments": {}}


def _queue(name: str) -> dict[str, Any]:
    return {"name": name, "durable": True, "auto_delete": False, "arguments": QUEUE_ARGUMENTS}


def _binding(exchange: str, queue: str, routing_key: str) -> dict[str, Any]:
    ends = {"source": exchange, "destination": queue, "destination_type": "queue"}
    return {**ends, "routing_key": routing_key, "arguments": {}}


def _policy(name: str, pattern: str) -> dict[str, Any]:
    limits = {**_LIMITS[name], "delivery-limit": DELIVERY_LIMIT, "dead-letter-exchange": REFUSED}
    return {"name": name, "pattern": pattern, "apply-to": "queues", "definition": limits}


def _permission(account: Account) -> dict[str, Any]:
    return {
        "user": account_name(account.party),
        "configure": _NOTHING,
        "write": _only(exchange_name(account.party)) if account.may_speak else _NOTHING,
        "read": _only(queue_name(account.party)),
    }


def _only(name: str) -> str:
    return f"^{name.replace('.', '[.]')}$"


def _hashed(password: str) -> str:
    """The form that RabbitMQ keeps a password in: a salt of four bytes, and SHA-256 of salt and password."""
    salt = secrets.token_bytes(4)
    return b64encode(salt + sha256(salt + password.encode()).digest()).decode()
