"""Who sits before the browser that asks?

The pages for people know: they set the cookie by which a browser is known, and the program puts them into `app.extensions`, for
those pages need the provider as well.
"""

from typing import Protocol

from flask import current_app

from federation.accounts.models import AccountSession


class Browser(Protocol):
    """The browser of the request that is being answered."""

    def key(self) -> str | None:
        """The key of a session that it shows, whether or not it opens anything."""

    def held(self) -> AccountSession | None:
        """Its session, where nothing is missing for it to open the account."""

    def look(self, *, only_reads: bool) -> None:
        """Begins a request, and notes that its session is in use."""

    def get_up(self) -> None:
        """Ends the session. The caller commits."""


def look() -> None:
    """Begins the request."""
    _browser().look(only_reads=False)


def key() -> str | None:
    """What this browser shows: the key of a session, which may open an account."""
    return _browser().key()


def held() -> AccountSession | None:
    """The session of this browser that opens an account."""
    return _browser().held()


def get_up() -> None:
    """Signs out whoever sits there, here and by that at every client. The caller commits."""
    _browser().get_up()


def _browser() -> Browser:
    found: Browser = current_app.extensions["browser"]
    return found
