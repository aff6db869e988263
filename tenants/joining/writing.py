"""How do the settings of a district that joined get onto its machine, whole or not at all?

Everything is made in a folder beside the one that is wanted, which gets its name when all is there. What an interrupted
attempt left there is used again as far as the hub may know of it, and that is the signing key alone.
"""

import os
import secrets
import shlex
from pathlib import Path
from urllib.parse import quote, urlsplit

from cryptography.fernet import Fernet
from joserfc.jwk import OKPKey

from sync.joining.enrolment import BusAccess, Enrolment
from sync.messages import signing
from tenants.errors import FolderTaken

ENVIRONMENT_FILE = "banyan.env"
_SIGNING_KEY = "signing-key.jwk"
_FOR_ITS_OWNER = 0o700
_TO_READ_FOR_ITS_OWNER = 0o600


class SettingsFolder:
    """The folder in which a district's settings shall be; raises `FolderTaken` where there is something already."""

    def __init__(self, folder: Path) -> None:
        """`folder` must not exist, or be empty."""
        self.path = folder.absolute()
        self._unfinished = self.path.with_name(f"{self.path.name}.joining")
        self._refuse_what_is_there()

    def signing_key(self) -> OKPKey:
        """The key of an attempt that was interrupted, or a new one; it is kept before anybody hears of it."""
        self._unfinished.mkdir(mode=_FOR_ITS_OWNER, parents=True, exist_ok=True)
        kept = self._unfinished / _SIGNING_KEY
        if not kept.exists():
            _write(kept, signing.private_jwk(signing.generate_key()).decode())
        return signing.read_key(kept.read_bytes())

    def write(self, enrolment: Enrolment, *, database_url: str | None, public_url: str | None = None) -> None:
        """Writes what the hub gave and what the district makes for itself; by default its database is a file there.

        `public_url` is where people will find the district's pages, if that is known by now.
        """
        files = {
            "bus-url": _bus_url(enrolment.bus),
            "database-url": database_url or f"sqlite:///{self.path / 'district.db'}",
            "field-keys": Fernet.generate_key().decode(),
            "hub-key.jwk": signing.public_jwk(OKPKey.import_key(dict(enrolment.hub_key))).decode(),
            "secret-key": secrets.token_urlsafe(32),
            "token-key": enrolment.token_key,
        }
        if enrolment.next_token_key:
            files["next-token-key"] = enrolment.next_token_key
        settings = {
            "BANYAN_DISTRICT": enrolment.district,
            "BANYAN_DISTRICT_NAME": enrolment.name,
            "BANYAN_TOKEN_KEY_VERSION": str(enrolment.token_key_version),
        } | {_setting(name): str(self.path / name) for name in (*files, _SIGNING_KEY)}
        if public_url:
            settings["BANYAN_PUBLIC_URL"] = public_url
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())]
        for name, text in {**files, ENVIRONMENT_FILE: "".join(lines)}.items():
            _write(self._unfinished / name, text)
        self._refuse_what_is_there()
        # An empty folder of that name gives way; one that has been filled meanwhile does not.
        self._unfinished.rename(self.path)

    def _refuse_what_is_there(self) -> None:
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise FolderTaken(
                "%(folder)s is there already, and nothing in it is overwritten. Name another with --folder.", folder=self.path
            )


def _setting(file_name: str) -> str:
    return f"BANYAN_{file_name.partition('.')[0].replace('-', '_').upper()}_FILE"


def _bus_url(bus: BusAccess) -> str:
    if bus.account is None or bus.password is None:
        return bus.url
    parts = urlsplit(bus.url)
    return parts._replace(netloc=f"{quote(bus.account, safe='')}:{quote(bus.password, safe='')}@{parts.netloc}").geturl()


def _write(path: Path, text: str) -> None:
    """Writes `path` whole or not at all, for its owner alone."""
    unfinished = path.with_name(f"{path.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _TO_READ_FOR_ITS_OWNER)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(path)
