"""Who signs in with a password while others are signed in at a district?

Each fetches the page for it and sends its form, as a browser does. The check takes some tens of milliseconds of a processor on
purpose (argon2id), for whoever guesses as well.
"""

import re
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from benchmarks.providers import hub
from benchmarks.providers.provider import Provider

_SEE_OTHER = 303
# Made once: nobody speaks TLS here, and reading the certificates for each browser would cost more than its requests.
_TLS = ssl.create_default_context()
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass
class Count:
    """How many have signed in so far."""

    made: int = 0


@contextmanager
def signing_in(provider: Provider, *, people: int) -> Iterator[Count]:
    """While this is entered, so many people at a time sign in at the hub, one after the other."""
    count, over = Count(), threading.Event()

    def work(first: int) -> None:
        number = first
        while not over.is_set():
            sign_in(provider, hub.username(number))
            count.made += 1
            number += people

    with ThreadPoolExecutor(people) as pool:
        working = [pool.submit(work, first) for first in range(people)]
        try:
            yield count
        finally:
            over.set()
    for one in working:
        one.result()


def sign_in(provider: Provider, username: str) -> None:
    """Signs one of the accounts in; raises `ValueError` where that is refused."""
    with httpx.Client(base_url=provider.issuer, trust_env=False, verify=_TLS) as browser:
        found = _TOKEN.search(browser.get("/sign-in").text)
        form = {"csrf_token": found[1] if found else "", "username": username, "password": hub.PASSWORD}
        answer = browser.post("/sign-in", data=form)
    if answer.status_code != _SEE_OTHER:
        raise ValueError(f"nobody could sign in: {answer.status_code}")
