"""What does the hub's program have to be told?"""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cryptography.fernet import MultiFernet
from environs import Env, EnvError

from sync.settings import WireSettings, field_cipher, hash_key, read, secret, text, time_zone, wire

_PROVINCE_DIGITS = 2


@dataclass(frozen=True)
class Settings:
    """The hub's settings; `read_settings` says which environment variable gives each. `repr` hides the secrets.

    `token_key` wraps the document tokens that districts send, and is kept outside the database; `field_cipher` encrypts
    what the database holds about persons; `province` (two digits of GB/T 2260) begins every volunteer ID issued here.
    """

    database_url: str = field(repr=False)
    wire: WireSettings
    secret_key: str = field(repr=False)
    field_cipher: MultiFernet = field(repr=False)
    token_key: bytes = field(repr=False)
    province: str
    time_zone: ZoneInfo
    language: str
    trusted_proxies: int
    secure_cookies: bool


def read_settings() -> Settings:
    """The settings in the environment; raises `sync.settings.SettingsInvalid` with all that is missing or wrong."""
    return read(_build)


def _build(env: Env) -> Settings:
    env.add_parser("province", _province)
    return Settings(
        database_url=secret(env, "DATABASE_URL", text),
        wire=wire(env),
        secret_key=secret(env, "SECRET_KEY", text),
        field_cipher=secret(env, "FIELD_KEYS", field_cipher),
        token_key=secret(env, "HUB_TOKEN_KEY", hash_key),
        province=env.province("PROVINCE", "44"),
        time_zone=time_zone(env),
        language=env.str("LANGUAGE", "zh_Hans"),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        secure_cookies=env.bool("SECURE_COOKIES", True),
    )


def _province(value: str, **_: object) -> str:
    if len(value) != _PROVINCE_DIGITS or not (value.isascii() and value.isdigit()):
        raise EnvError(f"{value} is no province; it is the two digits of GB/T 2260, 44 for Guangdong")
    return value
