"""What has to be done once, before a party can work?

Tables, the district's founding, its first coordinator, its entry at the hub. Each step may be repeated, so what was
interrupted is simply done again.
"""

import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo.errors import FORGET, DemoError
from demo.parties import District, Party, public_key, read_environment, tell, write_secret

COORDINATOR = "coordinator"
_COORDINATOR_NAME = "陈静"
_FOUNDED = "founded"


def settle(hub: Party, districts: list[District], addresses: Mapping[str, str]) -> None:
    """Leaves every party with its settings, its tables and its people; raises `DemoError` where a program refuses.

    `addresses` are those of their pages, by code.
    """
    for party in (hub, *districts):
        party.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_whole(party)
    tell(hub, districts, addresses)
    # What takes the time is the start of each program, and there are at least two processors.
    with ThreadPoolExecutor(max_workers=4) as pool:
        founding = [pool.submit(_found, district) for district in districts]
        hub.run("db", "upgrade")
        hub.run("signing-key", "create")
        for district in districts:
            _enrol(hub, district)
        for founded in founding:
            founded.result()


def password_of(district: District) -> str:
    """The password of the district's coordinator."""
    return _password_file(district).read_text()


def _check_whole(party: Party) -> None:
    """Raises `DemoError` where somebody took the database or the keys of a party away: neither is of use without the other."""
    has_begun = any(party.folder.glob("*.jwk")) or (party.folder / _FOUNDED).exists()
    if has_begun and not party.database.exists():
        raise DemoError(f"{party.name} has lost its database, {party.database}. {FORGET}.")
    if party.database.exists() and not read_environment(party.folder):
        raise DemoError(f"{party.name} has lost its keys, in {party.folder}. {FORGET}.")


def _enrol(hub: Party, district: District) -> None:
    enrolled = hub.folder / f"{district.code}.jwk"
    key = public_key(district)
    if enrolled.exists() and enrolled.read_text() == key:
        return
    offered = district.folder / "signing-public.jwk"
    offered.write_text(key)
    hub.run("district", "add", district.code, "--name", district.name, "--region", district.region, "--key", str(offered))
    os.replace(offered, enrolled)


def _found(district: District) -> None:
    done = district.folder / _FOUNDED
    if done.exists():
        district.run("db", "upgrade")
        # The pages may be elsewhere than the last time, the hub's as well.
        district.run("sign-in", "set-up", "--again")
        return
    district.run("setup")
    password = secrets.token_urlsafe(9)
    write_secret(_password_file(district), password)
    try:
        role = ("--name", _COORDINATOR_NAME, "--role", "coordinator")
        district.run("staff", "add", COORDINATOR, *role, "--password-stdin", told=password)
    except DemoError:
        # There is one from an interrupted run, whose password may not have been written down.
        district.run("staff", "password", COORDINATOR, "--password-stdin", told=password)
    done.touch()


def _password_file(district: District) -> Path:
    return district.folder / "password"
