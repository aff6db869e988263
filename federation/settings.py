"""What does the hub's program have to be told?"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from environs import Env, EnvError, validate

from sync.databases.resealing import FieldCipher
from sync.settings import (
    SECURITY_DAYS,
    WireSettings,
    access_token,
    address_without_account,
    field_cipher,
    hash_key,
    hash_keys,
    is_loopback,
    language,
    optional_secret,
    read,
    secret,
    secure_cookies,
    security_days,
    text,
    time_zone,
    web_address,
    wire,
)

Network: TypeAlias = IPv4Network | IPv6Network

# Half of the threads that a web process has unless it is told otherwise.
HELD_POLLS = 4
LOOK_UPS_PER_CLIENT = 500
_PROVINCE_DIGITS = 2
_SMTPS_PORT, _SUBMISSION_PORT = 465, 587

LETTER_TOPICS = ("code", "notice")
"""What a message can be about: a code to show, or something that happened to an account."""


@dataclass(frozen=True)
class JoiningSettings:
    """What districts that join are told, and where the bus is told about them; all of it may be missing.

    `bus_url` is the bus as districts reach it, without an account. `broker_url` is the management API of RabbitMQ with an
    administrator's account; `token_key` is the federation's key for document tokens, which the hub hands out, and under
    which it looks up by what document somebody claims to be known; `next_token_key` is the one that is to follow it, whose
    version is one higher.
    """

    hub_url: str | None = None
    bus_url: str | None = None
    broker_url: str | None = field(default=None, repr=False)
    token_key: bytes | None = field(default=None, repr=False)
    token_key_version: int = 1
    next_token_key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MailSettings:
    """The server to which the hub hands its e-mails, and the address from which they come."""

    host: str
    port: int
    sender: str
    tls_from_the_start: bool
    starts_tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TextMessageSettings:
    """A provider's gateway for text messages: our key there, the name that messages begin with, a template for each topic."""

    url: str
    key_id: str
    secret: str = field(repr=False)
    signature: str
    templates: Mapping[str, str]


@dataclass(frozen=True)
class Settings:
    """The hub's settings; `read_settings` says which environment variable gives each. `repr` hides the secrets.

    `token_keys`, the oldest first, wrap the document tokens that districts send, one around another, and are kept outside the
    database; `field_cipher` encrypts what the database holds about persons; `province` (two digits of GB/T 2260) begins every
    volunteer ID issued here;
    `held_polls` threads of a web process, and no more, may wait for what comes for districts that are only reached over HTTPS.
    `operator_token` opens the operator's pages, which are not there without it. Unless it `links_on_arrival`, new registrations
    are recorded, and wait for `banyan-hub link`. `test_clients` lets a client that tests the protocol do without PKCE;
    `client_networks` are those, beside the internet, in which the hub tells clients that somebody has signed out. Messages go
    out by `mail` and `text_messages`, where they are set; a demo `shows_outbox`, a page on which everybody reads them instead.
    Security events are kept for `security_days`. In a quarter of an hour `look_ups_per_client` registrations are looked up by
    document for whoever one client sends here.
    """

    database_url: str = field(repr=False)
    wire: WireSettings
    secret_key: str = field(repr=False)
    field_cipher: FieldCipher = field(repr=False)
    token_keys: tuple[bytes, ...] = field(repr=False)
    province: str
    time_zone: ZoneInfo
    language: str
    trusted_proxies: int
    secure_cookies: bool
    joining: JoiningSettings = field(default_factory=JoiningSettings)
    held_polls: int = HELD_POLLS
    links_on_arrival: bool = True
    operator_token: str | None = field(default=None, repr=False)
    test_clients: bool = False
    client_networks: tuple[Network, ...] = ()
    mail: MailSettings | None = None
    text_messages: TextMessageSettings | None = None
    shows_outbox: bool = False
    security_days: int = SECURITY_DAYS
    look_ups_per_client: int = LOOK_UPS_PER_CLIENT

    @property
    def successor_key(self) -> bytes:
        """By which a refresh token's successor is made of it."""
        return hmac.digest(self.secret_key.encode(), b"successors of refresh tokens", "sha256")

    @property
    def accounts_key(self) -> bytes:
        """Under what is looked up how people are reached, and what they were sent to prove it."""
        return hmac.digest(self.token_keys[0], b"accounts", "sha256")

    @property
    def matching_key(self) -> bytes:
        """Under what is kept by which registrations are found that may be of one person."""
        return hmac.digest(self.token_keys[0], b"matching", "sha256")


def read_settings() -> Settings:
    """The settings in the environment; raises `sync.settings.SettingsInvalid` with all that is missing or wrong."""
    return read(_build)


def _build(env: Env) -> Settings:
    env.add_parser("province", _province)
    env.add_parser("test_clients", _test_clients)
    env.add_parser("networks", _networks)
    hub_url = optional_secret(env, "PUBLIC_URL", web_address)
    secure = secure_cookies(env, hub_url)
    return Settings(
        database_url=secret(env, "DATABASE_URL", text),
        wire=wire(env),
        secret_key=secret(env, "SECRET_KEY", text),
        field_cipher=secret(env, "FIELD_KEYS", field_cipher),
        token_keys=secret(env, "HUB_TOKEN_KEY", hash_keys),
        province=env.province("PROVINCE", "44"),
        time_zone=time_zone(env),
        language=language(env),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        secure_cookies=secure,
        joining=JoiningSettings(
            hub_url=hub_url,
            bus_url=optional_secret(env, "DISTRICT_BUS_URL", address_without_account),
            broker_url=optional_secret(env, "BROKER_URL", web_address),
            token_key=optional_secret(env, "TOKEN_KEY", hash_key),
            token_key_version=env.int("TOKEN_KEY_VERSION", 1),
            next_token_key=optional_secret(env, "NEXT_TOKEN_KEY", hash_key),
        ),
        links_on_arrival=env.bool("LINK_ON_ARRIVAL", True),
        held_polls=env.int("HELD_POLLS", HELD_POLLS, validate=validate.Range(0)),
        operator_token=optional_secret(env, "OPERATOR_TOKEN", access_token),
        test_clients=env.test_clients("TEST_CLIENTS", "false", secure_cookies=secure),
        client_networks=env.networks("CLIENT_NETWORKS", ""),
        mail=optional_secret(env, "MAIL_URL", mail_server),
        text_messages=optional_secret(env, "SMS_URL", text_message_gateway),
        shows_outbox=env.bool("DEMO_OUTBOX", False),
        security_days=security_days(env),
        look_ups_per_client=env.int("LOOK_UPS_PER_CLIENT", LOOK_UPS_PER_CLIENT, validate=validate.Range(1)),
    )


def mail_server(value: str) -> MailSettings:
    """smtps://name:password@mail.example/?from=hub@example.org; smtp:// where TLS is started later, or the server is here"""
    parts = urlsplit(value)
    query = dict(parse_qsl(parts.query))
    if parts.scheme not in ("smtps", "smtp") or not parts.hostname or "@" not in query.get("from", ""):
        raise ValueError
    tls_from_the_start = parts.scheme == "smtps"
    return MailSettings(
        host=parts.hostname,
        port=parts.port or (_SMTPS_PORT if tls_from_the_start else _SUBMISSION_PORT),
        sender=query["from"],
        tls_from_the_start=tls_from_the_start,
        starts_tls=not tls_from_the_start and not is_loopback(parts.hostname),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def text_message_gateway(value: str) -> TextMessageSettings:
    """https://KEY:SECRET@dysmsapi.example/?signature=NAME&code=TEMPLATE&notice=TEMPLATE"""
    parts = urlsplit(value)
    query = dict(parse_qsl(parts.query))
    if not (parts.hostname and parts.username and parts.password and {"signature", *LETTER_TOPICS} <= query.keys()):
        raise ValueError
    port = f":{parts.port}" if parts.port else ""
    return TextMessageSettings(
        url=web_address(f"{parts.scheme}://{parts.hostname}{port}{parts.path}"),
        key_id=unquote(parts.username),
        secret=unquote(parts.password),
        signature=query["signature"],
        templates={topic: query[topic] for topic in LETTER_TOPICS},
    )


def _province(value: str, **_: object) -> str:
    if len(value) != _PROVINCE_DIGITS or not (value.isascii() and value.isdigit()):
        raise EnvError(f"{value} is no province; it is the two digits of GB/T 2260, 44 for Guangdong")
    return value


def _test_clients(value: str, *, secure_cookies: bool, **_: object) -> bool:
    if value.lower() not in ("true", "false"):
        raise EnvError(f"{value} is neither true nor false")
    if value.lower() == "true" and secure_cookies:
        raise EnvError("clients for tests are refused where people sign in: set it to false, or BANYAN_SECURE_COOKIES as well")
    return value.lower() == "true"


def _networks(value: str, **_: object) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in value.split(",") if one.strip())
    except ValueError as error:
        raise EnvError(f"{value} is no list of networks; one would be 10.20.0.0/16, with commas between several") from error
