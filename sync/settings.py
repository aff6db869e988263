"""How does a program on either side read its settings?

From the environment, once, at start. A secret `X` may also be given as `X_FILE`, the path of a file that holds it (as
Docker secrets and systemd credentials do). All that is missing or wrong is reported together.
"""

import os
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import Env, EnvError, EnvValidationError, validate
from joserfc.jwk import OKPKey

from sync.addresses import leads_to_gateway
from sync.databases.resealing import FieldCipher
from sync.errors import SyncError, Undecodable
from sync.messages.signing import read_key

PREFIX = "BANYAN_"
SHORTEST_TOKEN = 32
SECURITY_DAYS, SHORTEST_SECURITY_DAYS = 730, 184

LANGUAGES = {"zh_Hans": "中文", "en": "English"}
"""The languages that pages speak, by their locale, each with its own name for itself."""

Built = TypeVar("Built")


class SettingsInvalid(SyncError):
    """Settings are missing or wrong; the message names each of them and what it should be."""

    code = "settings_invalid"


@dataclass(frozen=True)
class WireSettings:
    """What the streams need: the bus, the seconds between two beacons, and the key that signs what this side sends.

    `signing_key_file` is where that key was read from, if from a file: there it can be exchanged (`sync.keys.rotating`).
    `heartbeat_file` is touched while the stream's process is at work, for those who watch over it. `incarnation_file` is the
    list by which a database that was put back is known (`sync.mailbox.incarnation`). What was said is kept for `keep_days`:
    longer than the oldest backup that anybody may put back. `metrics_bind` is where the stream's process shows its counters,
    `metrics_token` what whoever asks the web process for the streams' figures must send; without them nobody is shown any.
    """

    bus_url: str = field(repr=False)
    beacon_seconds: float
    heartbeat_file: Path | None
    signing_key: OKPKey = field(repr=False)
    incarnation_file: Path | None = None
    keep_days: int = 90
    signing_key_file: Path | None = None
    metrics_bind: tuple[str, int] | None = None
    metrics_token: str | None = field(default=None, repr=False)


def read(build: Callable[[Env], Built]) -> Built:
    """What `build` makes of the variables that begin with `BANYAN_`; raises `SettingsInvalid`."""
    env = Env(eager=False, prefix=PREFIX)
    built = build(env)
    try:
        env.seal()
    except EnvValidationError as error:
        problems = error.error_messages
        lines = (
            [f"  {name}: {'; '.join(problems[name])}" for name in sorted(problems)] if isinstance(problems, dict) else problems
        )
        raise SettingsInvalid("these settings are missing or wrong:\n" + "\n".join(lines)) from None
    return built


def wire(env: Env) -> WireSettings:
    """`BANYAN_BUS_URL`, `BANYAN_BEACON_SECONDS`, `BANYAN_HEARTBEAT_FILE`, `BANYAN_INCARNATION_FILE`, `BANYAN_KEEP_DAYS`,
    `BANYAN_METRICS_BIND` and the secrets `BANYAN_SIGNING_KEY`, a JWK, and `BANYAN_METRICS_TOKEN`.
    """
    env.add_parser("bind", _bind)
    return WireSettings(
        bus_url=secret(env, "BUS_URL", bus_address),
        beacon_seconds=env.float("BEACON_SECONDS", 30.0),
        heartbeat_file=env.path("HEARTBEAT_FILE", None),
        signing_key=secret(env, "SIGNING_KEY", private_key),
        incarnation_file=env.path("INCARNATION_FILE", None),
        keep_days=env.int("KEEP_DAYS", 90, validate=validate.Range(min=1)),
        signing_key_file=env.path("SIGNING_KEY_FILE", None),
        metrics_bind=env.bind("METRICS_BIND", None),
        metrics_token=optional_secret(env, "METRICS_TOKEN", access_token),
    )


def time_zone(env: Env) -> ZoneInfo:
    """`BANYAN_TIME_ZONE`, the zone in which people read moments; Asia/Shanghai by default."""
    env.add_parser("zone", _zone)
    read_zone: Callable[[str, str], ZoneInfo] = env.zone
    return read_zone("TIME_ZONE", "Asia/Shanghai")


def language(env: Env) -> str:
    """`BANYAN_LANGUAGE`, in which pages speak to those who ask for none of the `LANGUAGES`; zh_Hans by default."""
    env.add_parser("language", _language)
    read_language: Callable[[str, str], str] = env.language
    return read_language("LANGUAGE", "zh_Hans")


def secure_cookies(env: Env, public_url: str | None) -> bool:
    """`BANYAN_SECURE_COOKIES`, true by default; false is for pages alone that are not at an https:// address."""
    env.add_parser("secure_cookies", _secure_cookies)
    read_secure_cookies: Callable[..., bool] = env.secure_cookies
    return read_secure_cookies("SECURE_COOKIES", "true", public_url=public_url)


def security_days(env: Env) -> int:
    """`BANYAN_SECURITY_DAYS`, how long security events are kept: two years by default, and never less than half a year.

    China's Cybersecurity Law has networks keep their logs for six months at least.
    """
    days: int = env.int("SECURITY_DAYS", SECURITY_DAYS, validate=validate.Range(min=SHORTEST_SECURITY_DAYS))
    return days


def secret(env: Env, name: str, parse: Callable[[str], Built]) -> Built:
    """A secret, given by its value in `name` or by a file's path in `name_FILE`, in the form that `parse` makes of it."""

    def from_value(value: str, **_: object) -> Built:
        try:
            return parse(value.strip())
        except (ValueError, Undecodable) as error:
            # The parser's own words would repeat the secret.
            raise EnvError(f"not a valid value. It must be: {parse.__doc__}") from error

    def from_file(path: str, **_: object) -> Built:
        try:
            return from_value(Path(path).read_text())
        except OSError as error:
            raise EnvError(f"the file cannot be read: {error.strerror}") from error

    file_name = _file_of(name)
    given_as_file = f"{PREFIX}{file_name}" in os.environ
    env.add_parser(f"secret {name}", from_file if given_as_file else from_value)
    read_secret: Callable[[str], Built] = getattr(env, f"secret {name}")
    return read_secret(file_name if given_as_file else name)


def optional_secret(env: Env, name: str, parse: Callable[[str], Built]) -> Built | None:
    """A secret that may be missing."""
    given = any(f"{PREFIX}{one}" in os.environ for one in (name, _file_of(name)))
    return secret(env, name, parse) if given else None


def text(value: str) -> str:
    """Any text that is not empty."""
    if not value:
        raise ValueError
    return value


def bus_address(value: str) -> str:
    """amqps://…, sqla+sqlite:////path/bus.db or, for a district, https://…; http:// only where it is on this very machine."""
    return web_address(value) if leads_to_gateway(value) else text(value)


def access_token(value: str) -> str:
    """32 characters or more that nobody can guess, such as: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"""
    if len(value) < SHORTEST_TOKEN or not (value.isascii() and value.isprintable()):
        raise ValueError
    return value


def private_key(value: str) -> OKPKey:
    """A private Ed25519 key as JSON Web Key, as `keys create` writes it."""
    key = read_key(value.encode())
    if not key.is_private:
        raise ValueError
    return key


def public_key(value: str) -> OKPKey:
    """An Ed25519 key as JSON Web Key, of which the public half is enough."""
    return read_key(value.encode())


def field_cipher(value: str) -> FieldCipher:
    """Fernet keys with commas between them: the first encrypts, each of them decrypts."""
    return FieldCipher([key.strip() for key in value.split(",")])


def hash_key(value: str) -> bytes:
    """32 bytes or more in base64."""
    key = b64decode(value, validate=True)
    if len(key) < 32:  # noqa: PLR2004 - the output length of SHA-256 (RFC 2104, section 3)
        raise ValueError
    return key


def hash_keys(value: str) -> tuple[bytes, ...]:
    """One or more keys of 32 bytes or more in base64, with commas between them, the oldest first."""
    return tuple(hash_key(key.strip()) for key in value.split(","))


def web_address(value: str) -> str:
    """The address of a web server: https://…, or http:// where it is on this very machine."""
    parts = urlsplit(value)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise ValueError
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError
    return value.rstrip("/")


def address_without_account(value: str) -> str:
    """An address such as amqps://bus.example:5671//, without a name and a password: each district gets its own."""
    parts = urlsplit(value)
    if not parts.scheme or "@" in parts.netloc:
        raise ValueError
    return value


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, by any name below `localhost` as well (RFC 6761, section 6.3)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _file_of(name: str) -> str:
    return f"{name}_FILE"


def _secure_cookies(value: str, *, public_url: str | None, **_: object) -> bool:
    if value.lower() not in ("true", "false"):
        raise EnvError(f"{value} is neither true nor false")
    if value.lower() == "false" and (public_url or "").startswith("https://"):
        raise EnvError(f"cookies of {public_url} have to be secure: set it to true, which it is where it is not set")
    return value.lower() == "true"


def _bind(value: str | None, **_: object) -> tuple[str, int] | None:
    if value is None:
        return None
    parts = urlsplit(f"//{value}")
    try:
        if parts.hostname and parts.port and not parts.path:
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise EnvError(f"{value} is no address to listen on; one would be 127.0.0.1:9464")


def _zone(value: str, **_: object) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise EnvError(f"{value} is no time zone; one would be Asia/Shanghai") from error


def _language(value: str, **_: object) -> str:
    if value not in LANGUAGES:
        raise EnvError(f"{value} is no language of the pages; these are {' and '.join(LANGUAGES)}")
    return value
