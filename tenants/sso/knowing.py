"""With which provider does this district work?"""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from tenants.errors import NotPrepared
from tenants.settings import Settings
from tenants.sso.models import RelyingParty
from tenants.sso.provider import Provider
from tenants.sso.setting_up import key_of


def issuer_of(session: Session, district: str) -> str | None:
    """Where people sign in for the whole city; None before the hub has said so."""
    party = session.get(RelyingParty, district)
    return party.issuer if party else None


class KnownProvider:
    """The provider as the hub's last word has it. One for a process: it keeps the provider's keys, and where everything is."""

    def __init__(self, settings: Settings, *, ticks: Callable[[], float] = time.monotonic) -> None:
        """For the district with these settings; `ticks` are seconds of a clock that never goes back."""
        self._settings = settings
        self._ticks = ticks
        self._provider: Provider | None = None
        self._known: tuple[object, ...] = ()

    def get(self, session: Session) -> Provider:
        """The provider; raises `NotPrepared` before the hub has said what it knows this district as."""
        party = session.get(RelyingParty, self._settings.district)
        if party is None or party.issuer is None or party.client_id is None:
            raise NotPrepared("Signing in with a city ID is not set up here yet.")
        known = (party.issuer, party.client_id, party.key, party.public_url)
        if self._provider is None or known != self._known:
            self._provider = Provider(
                issuer=party.issuer,
                client_id=party.client_id,
                key=key_of(party, self._settings),
                public_url=party.public_url,
                ticks=self._ticks,
            )
            self._known = known
        return self._provider
