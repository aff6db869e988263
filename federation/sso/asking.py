"""What does a client want of a person who is not signed in, or not surely enough?

Its request is kept here while the person goes through the pages for signing in. They carry its opaque id, and no address
that somebody could have changed on the way.

Whoever asks need not say who they are, so what waits is limited by where it came from. It is a limit on what waits and not on
what is asked: whoever signs in makes room, so a school behind one address stays far below it, and a stranger fills no table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.accounts.models import Opening
from federation.clients.addresses import origin_of
from federation.clients.models import Client, Scope
from federation.errors import TooManyRequests
from federation.sso.bearers import hash_of, new_bearer
from federation.sso.models import AuthorizationRequest

LIFETIME = timedelta(minutes=10)
PUSHED_LIFETIME = timedelta(seconds=90)
MOST_WAITING = 2_000
"""From one network without a session, or pushed by one client: everybody of a large school in the same ten minutes."""

ASSURANCES = {"1": 1, "2": 2}
"""By the name of an authentication context (`acr`), how sure it has to be who somebody is."""


@dataclass(frozen=True)
class Asked:
    """What a client wants of whoever signs in: to be named to them, and how surely they have to show who they are.

    `needs_assurance` is 1 or 2; `authenticated_after` the moment since which they must have shown who they are, if any.
    `leads_to` is the origin at which the answer ends, which a page's policy must let its form lead to. `ui_locales` are the
    languages in which the person reads, as tags in the order of preference, as of `asked_at`.
    """

    client_id: str
    client_name: str
    needs_assurance: int
    authenticated_after: datetime | None
    login_hint: str | None
    ui_locales: str
    leads_to: str
    scope: str
    asked_at: datetime

    @classmethod
    def of(cls, client: Client, parameters: Mapping[str, str], *, asked_at: datetime) -> Self:
        """What `parameters` come to, of a request that was checked."""
        wanted = [ASSURANCES[name] for name in parameters.get("acr_values", "").split() if name in ASSURANCES]
        return cls(
            client_id=client.client_id,
            client_name=client.name,
            needs_assurance=min(wanted, default=1),
            authenticated_after=_since(parameters, asked_at),
            login_hint=parameters.get("login_hint"),
            ui_locales=parameters.get("ui_locales", ""),
            leads_to=origin_of(parameters["redirect_uri"]),
            scope=parameters["scope"],
            asked_at=asked_at,
        )

    def is_met_by(self, opening: Opening, *, at: datetime) -> bool:
        """Whether somebody who is signed in so may be sent on to the client.

        Who decides about others needs two factors where the client is to learn of it, and nobody goes on with a password that
        others have seen.
        """
        decides = Scope.ROLES in self.scope.split() and opening.is_staff
        return (
            opening.is_open(at=at)
            and not opening.must_change_password
            and opening.assurance >= (2 if decides else self.needs_assurance)
            and (self.authenticated_after is None or opening.authenticated_at >= self.authenticated_after)
        )


def asked(session: Session, request_id: str, *, at: datetime) -> Asked | None:
    """What the request of this id asks for; None where it is unknown, answered or expired."""
    kept = find(session, request_id, at=at)
    return Asked.of(kept.client, kept.parameters, asked_at=kept.asked_at) if kept else None


def keep(
    session: Session,
    client: Client,
    parameters: Mapping[str, str],
    *,
    at: datetime,
    origin: str | None = None,
    pushed: bool = False,
) -> str:
    """Keeps a request, and gives the id by which it is found again; it is not kept itself.

    `origin` is where it came from, where that is all that is known of who asks; raises `TooManyRequests` where too much of what
    came from there waits.
    """
    if origin is not None:
        _find_room(session, origin, at=at)
    request_id = new_bearer()
    session.add(
        AuthorizationRequest(
            id_hash=hash_of(request_id),
            client_id=client.client_id,
            parameters=dict(parameters),
            pushed=pushed,
            origin=origin,
            asked_at=at,
            expires_at=at + (PUSHED_LIFETIME if pushed else LIFETIME),
        )
    )
    return request_id


def find(session: Session, request_id: str, *, at: datetime, pushed: bool = False) -> AuthorizationRequest | None:
    """The request of this id; None where it is unknown, answered or expired."""
    kept = session.get(AuthorizationRequest, hash_of(request_id))
    return kept if kept and kept.pushed is pushed and at < kept.expires_at else None


def take(session: Session, request_id: str) -> bool:
    """Whether this is the one answer that the request gets; it is kept no longer."""
    row = AuthorizationRequest
    return session.scalar(delete(row).where(row.id_hash == hash_of(request_id)).returning(row.id_hash)) is not None


def forget(session: Session, *, at: datetime) -> None:
    """Lets go of requests that nobody came back for."""
    session.execute(delete(AuthorizationRequest).where(AuthorizationRequest.expires_at <= at))


def _find_room(session: Session, origin: str, *, at: datetime) -> None:
    row = AuthorizationRequest
    waiting = select(row.expires_at).where(row.origin == origin, row.expires_at > at).order_by(row.expires_at.desc())
    # When the last that fits in is over, there is room again.
    decisive = session.scalar(waiting.offset(MOST_WAITING - 1).limit(1))
    if decisive is not None:
        wait = max(1, int((decisive - at).total_seconds()))
        raise TooManyRequests("Too many sign-ins that were asked for from there wait to be finished.", retry_after_seconds=wait)


def _since(parameters: Mapping[str, str], asked_at: datetime) -> datetime | None:
    """With `max_age` (seconds), or a prompt that wants to see the person whether or not they are signed in."""
    if {"login", "select_account"} & set(parameters.get("prompt", "").split()):
        return asked_at
    if "max_age" in parameters:
        return asked_at - timedelta(seconds=int(parameters["max_age"]))
    return None
