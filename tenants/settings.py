"""What does a district's program have to be told?"""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from environs import Env, EnvError, validate
from joserfc.jwk import OKPKey

from sync import streams
from sync.databases.resealing import FieldCipher
from sync.settings import (
    SECURITY_DAYS,
    WireSettings,
    field_cipher,
    hash_key,
    language,
    optional_secret,
    public_key,
    read,
    secret,
    secure_cookies,
    security_days,
    text,
    time_zone,
    web_address,
    wire,
)

# The district is an organization, too: the root of its tree.
LONGEST_ORGANIZATION_NAME = 120
# Less than the shortest leaves no time for clocks that are apart, and more than a working day asks nobody.
_RECENT_MINUTES = (5, 720)


@dataclass(frozen=True)
class Settings:
    """A district's settings; `read_settings` says which environment variable gives each. `repr` hides the secrets.

    `token_key` is the federation's key for document tokens, the same in every district, and `token_key_version` says which
    of its keys; `next_token_key` is the one that is to follow it, of the version after that.
    `field_cipher` encrypts identity numbers in this district's database and is nobody else's. `public_url` is where people find
    the district's pages; without it nobody signs in here by the hub's word. Whoever does something grave has shown no more
    than `recent_minutes` before who they are.
    """

    district: str
    district_name: str
    database_url: str = field(repr=False)
    wire: WireSettings
    hub_key: OKPKey = field(repr=False)
    secret_key: str = field(repr=False)
    field_cipher: FieldCipher = field(repr=False)
    token_key: bytes = field(repr=False)
    time_zone: ZoneInfo
    language: str
    trusted_proxies: int
    secure_cookies: bool
    token_key_version: int = 1
    next_token_key: bytes | None = field(default=None, repr=False)
    public_url: str | None = None
    recent_minutes: int = 15
    security_days: int = SECURITY_DAYS

    @property
    def cookie_prefix(self) -> str:
        """With what the name of a cookie begins, so that a browser takes it from this host alone; it wants HTTPS for that."""
        return "__Host-" if self.secure_cookies else ""

    @property
    def recent(self) -> timedelta:
        """For how long it counts that somebody showed who they are, before something grave."""
        return timedelta(minutes=self.recent_minutes)

    @property
    def token_keys(self) -> dict[int, bytes]:
        """The federation's keys by their versions, the newest last."""
        following = {self.token_key_version + 1: self.next_token_key} if self.next_token_key else {}
        return {self.token_key_version: self.token_key} | following


def read_settings() -> Settings:
    """The settings in the environment; raises `sync.settings.SettingsInvalid` with all that is missing or wrong."""
    return read(_build)


def _build(env: Env) -> Settings:
    env.add_parser("district", _district)
    env.add_parser("district_name", _district_name)
    public_url = optional_secret(env, "PUBLIC_URL", web_address)
    return Settings(
        district=env.district("DISTRICT"),
        district_name=env.district_name("DISTRICT_NAME"),
        database_url=secret(env, "DATABASE_URL", text),
        wire=wire(env),
        hub_key=secret(env, "HUB_KEY", public_key),
        secret_key=secret(env, "SECRET_KEY", text),
        field_cipher=secret(env, "FIELD_KEYS", field_cipher),
        token_key=secret(env, "TOKEN_KEY", hash_key),
        time_zone=time_zone(env),
        language=language(env),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        secure_cookies=secure_cookies(env, public_url),
        token_key_version=env.int("TOKEN_KEY_VERSION", 1),
        next_token_key=optional_secret(env, "NEXT_TOKEN_KEY", hash_key),
        public_url=public_url,
        recent_minutes=env.int("RECENT_MINUTES", 15, validate=validate.Range(*_RECENT_MINUTES)),
        security_days=security_days(env),
    )


def _district(value: str, **_: object) -> str:
    if not streams.is_district_code(value):
        raise EnvError(f"{value!r} cannot be a district's code; use {streams.DISTRICT_CODE_FORM}")
    return value


def _district_name(value: str, **_: object) -> str:
    name = value.strip()
    if not name or len(name) > LONGEST_ORGANIZATION_NAME:
        raise EnvError(f"it is the name that people read, of at most {LONGEST_ORGANIZATION_NAME} characters")
    return name
