"""Where do the secrets come from that docker-compose.yml names?

They are made here, in `secrets/` or the folder given, each only where it does not exist yet: run it again after adding a
district. The folder is closed to others. The files in it are not: Compose mounts them as they are, for programs that run
under numbers of their own.
"""

import json
import os
import secrets
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from federation.broker.definitions import Account, definitions, users
from sync import streams
from sync.addresses import account_name
from sync.messages.signing import generate_key, private_jwk, public_jwk, read_key

DISTRICTS = ("futian", "luohu")
PARTIES = (streams.HUB, *DISTRICTS)


Keep = Callable[[str, Callable[[], str]], str]
"""Gives the secret of a name, and makes it where there is none."""


def make_secrets(folder: Path) -> list[str]:
    """Makes what is missing in `folder`, and says what that was."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    made: list[str] = []

    def keep(name: str, make: Callable[[], str]) -> str:
        path = folder / name
        if not path.exists():
            _write(path, make())
            made.append(name)
        return path.read_text()

    keep("hub_token_key", _hash_key)
    keep("federation_token_key", _hash_key)
    bus_passwords = {party: _keep_secrets_of(party, keep) for party in PARTIES}
    # Both made anew each time: a district that was added needs an account.
    for party, password in bus_passwords.items():
        _write(folder / f"{party}_bus_url", f"amqp://{account_name(party)}:{password}@bus:5672//")
    _write(folder / "bus_definitions.json", json.dumps(_definitions(bus_passwords), indent=2))
    return made


def _keep_secrets_of(party: str, keep: Keep) -> str:
    """Returns the party's password on the bus."""
    signing_key = keep(f"{party}_signing_key.jwk", lambda: private_jwk(generate_key()).decode())
    keep(f"{party}_public_key.jwk", lambda: public_jwk(read_key(signing_key.encode())).decode())
    keep(f"{party}_secret_key", _password)
    keep(f"{party}_field_keys", lambda: Fernet.generate_key().decode())
    database_password = keep(f"{party}_database_password", _password)
    keep(f"{party}_database_url", lambda: f"postgresql+psycopg://banyan:{database_password}@{party}-database:5432/banyan")
    return keep(f"{party}_bus_password", _password)


def _definitions(passwords: dict[str, str]) -> dict[str, Any]:
    """What the bus begins with: all that the districts need there, and the hub's own account, which arranges things."""
    held = definitions(Account(party, password) for party, password in passwords.items() if party != streams.HUB)
    hub = Account(streams.HUB, passwords[streams.HUB])
    everything = dict.fromkeys(("configure", "write", "read"), "^banyan[.].*")
    held["users"] += users([hub])
    held["permissions"].append({"user": account_name(hub.party), "vhost": "/", **everything})
    return held


def _password() -> str:
    return secrets.token_urlsafe(32)


def _hash_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _write(path: Path, text: str) -> None:
    """Writes `path` whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(text)
    unfinished.chmod(0o444)
    os.replace(unfinished, path)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("secrets")
    names = make_secrets(target)
    sys.stdout.write(f"Made in {target}: {', '.join(names)}\n" if names else f"Everything is in {target} already.\n")
