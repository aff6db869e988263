"""How do clients learn that somebody has signed out?

Wherever a session ends, only the session's row says so, and what remains to be told follows from the tables: clients that a
session reached which has ended. So no way to end one can forget it, and a process that was killed goes on where it was. A
client that is away is told again with growing pauses, for a day; others do not wait for it.
"""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, sessionmaker

from federation.accounts import security_events
from federation.accounts.models import Outcome, SecurityEventKind
from federation.settings import Settings
from federation.sso.bearers import new_bearer
from federation.sso.keys.signing import LOGOUT_TOKEN, sign
from federation.sso.logout.reaching_out import NotReached, post
from federation.sso.logout.untold import untold
from federation.sso.models import ClientSession
from sync.databases.glancing import glance

LOOK_SECONDS = 0.25
_TOKEN_LIFETIME = timedelta(minutes=2)
_AT_ONCE = 16
_EVENT = "http://schemas.openid.net/event/backchannel-logout"

_journal = structlog.get_logger(__name__)


class Telling:
    """Tells clients of sign-outs, each in a thread of its own, one after another at one client."""

    def __init__(
        self, settings: Settings, sessions: "sessionmaker[Session]", *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings, self._sessions, self._now = settings, sessions, now
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="telling")
        self._busy: dict[str, Future[None]] = {}
        self._closing = threading.Event()

    def step(self, stop: threading.Event) -> None:
        """Has every client told that is to be told something now, and waits a moment."""
        for client_id in self._due():
            if client_id not in self._busy or self._busy[client_id].done():
                self._busy[client_id] = self._threads.submit(self._tell, client_id)
        stop.wait(LOOK_SECONDS)

    def close(self) -> None:
        """Ends when what is on its way has ended."""
        self._closing.set()
        self._threads.shutdown(cancel_futures=True)

    def _due(self) -> list[str]:
        # Without a transaction to be rolled back, with which psycopg forgets what it has prepared on that connection.
        with glance(self._sessions) as session:
            return list(session.scalars(_due(select(ClientSession.client_id).distinct(), at=self._now())))

    def _tell(self, client_id: str) -> None:
        try:
            while not self._closing.is_set() and self._tell_next(client_id):
                pass
        except Exception:
            _journal.exception("telling_failed", client=client_id)

    def _tell_next(self, client_id: str) -> bool:
        """Whether the client took the next that it is to be told; each is written down by itself."""
        at = self._now()
        with glance(self._sessions) as session:
            query = _due(select(ClientSession), at=at).where(ClientSession.client_id == client_id)
            one = session.scalars(query.order_by(ClientSession.began_at).limit(1)).first()
            if one is None:
                return False
            key, address = one.id, one.client.backchannel_logout_uri
            token = logout_token(session, one, settings=self._settings, at=at)
        try:
            post(str(address), {"logout_token": token}, networks=self._settings.client_networks)
        except NotReached as reason:
            self._note(key, failure=str(reason))
            return False
        self._note(key, failure=None)
        return True

    def _note(self, key: uuid.UUID, *, failure: str | None) -> None:
        with self._sessions.begin() as session:
            one, at = session.get_one(ClientSession, key), self._now()
            if failure is None:
                one.note_told(at=at)
                self._write_down(session, one, SecurityEventKind.LOGOUT_SENT, Outcome.DONE, at=at)
                return
            if one.attempts == 0:
                self._write_down(session, one, SecurityEventKind.LOGOUT_FAILED, Outcome.REFUSED, at=at, reason=failure)
            one.note_failure(failure, at=at)

    @staticmethod
    def _write_down(
        session: Session, one: ClientSession, kind: SecurityEventKind, outcome: Outcome, *, at: datetime, **detail: Any
    ) -> None:
        security_events.note(session, kind, account=one.account, client=one.client_id, outcome=outcome, at=at, **detail)


def logout_token(session: Session, ended: ClientSession, *, settings: Settings, at: datetime) -> str:
    """What the client is told (OpenID Connect Back-Channel Logout 1.0, section 2.4); new each time that it is said."""
    issued_at = int(at.timestamp())
    claims: dict[str, Any] = {
        "iss": settings.joining.hub_url,
        "aud": ended.client_id,
        "sub": str(ended.account.id),
        "sid": ended.sid,
        "iat": issued_at,
        "exp": issued_at + int(_TOKEN_LIFETIME.total_seconds()),
        "jti": new_bearer(),
        "events": {_EVENT: {}},
    }
    algorithm, cipher = ended.client.id_token_algorithm, settings.field_cipher
    return sign(session, claims, algorithm=algorithm, type=LOGOUT_TOKEN, cipher=cipher)


def _due(query: Select[Any], *, at: datetime) -> Select[Any]:
    """Narrows a query over the clients' sessions to those of which the client is to be told now."""
    row = ClientSession
    return untold(query, at=at).where(or_(row.next_attempt_at.is_(None), row.next_attempt_at <= at))
