"""What does the hub hold of somebody, for them to take along?"""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.contacts.keeping import contacts_of, reached_by
from federation.accounts.factors.passkeys import passkeys_of
from federation.accounts.models import Account, AccountSession
from federation.accounts.naming import name_of
from federation.accounts.reading_events import events_of
from federation.identity.models import Link, Registration
from federation.identity.persons.sealing import unseal
from federation.people.own_hours import own_hours
from federation.settings import Settings
from federation.sso.consents import given

_MOST_EVENTS = 10_000


def own_data(session: Session, account: Account, *, settings: Settings, at: datetime) -> dict[str, Any]:
    """Everything, for JSON: moments in ISO 8601, durations in minutes. Secrets and hashes are none of it."""
    hours = own_hours(session, account)
    return {
        "taken_at": _moment(at),
        "account": {
            "id": str(account.id),
            "username": account.username,
            "name": name_of(account, settings),
            "created_at": _moment(account.created_at),
            "has_app_for_codes": account.has_second_factor,
            "roles": [
                *([{"hub": account.role}] if account.role else []),
                *({"district": role.district, "role": role.role} for role in account.district_roles),
            ],
        },
        "volunteer_id": hours.volunteer_id,
        "former_volunteer_ids": list(hours.aliases),
        "contacts": [
            {"kind": contact.kind, "value": reached_by(contact, settings).value, "verified_at": _moment(contact.verified_at)}
            for contact in contacts_of(session, account)
        ],
        "passkeys": [{"label": one.label, "created_at": _moment(one.created_at)} for one in passkeys_of(session, account)],
        "registrations": _registrations(session, hours.volunteer_id, settings),
        "hours": [
            {"district": one.code, "name": one.name, "entries": one.hours.entries, "minutes": one.hours.minutes}
            for one in hours.districts
        ],
        "districts_told": [
            {
                "client": one.client_id,
                "name": one.client.name,
                "scope": one.scope,
                "given_at": _moment(one.given_at),
                "used_at": _moment(one.used_at),
            }
            for one in given(session, account)
        ],
        "sessions": [
            {
                "began_at": _moment(one.began_at),
                "ended_at": _moment(one.ended_at),
                "address": one.address,
                "browser": one.user_agent,
            }
            for one in session.scalars(select(AccountSession).where(AccountSession.account_id == account.id))
        ],
        "security_events": [
            {
                "at": _moment(event.at),
                "kind": event.kind,
                "outcome": event.outcome,
                "address": event.address,
                "browser": event.user_agent,
                "detail": event.detail,
            }
            for event in events_of(session, account, limit=_MOST_EVENTS)
        ],
    }


def _registrations(session: Session, volunteer_id: str | None, settings: Settings) -> list[dict[str, Any]]:
    registration = Registration
    query = select(registration.district, registration.registration_id, registration.registered_on, registration.person).join(
        Link, Link.registration_id == registration.registration_id
    )
    rows = session.execute(query.where(Link.volunteer_id == volunteer_id).order_by(registration.district))
    return [
        {
            "district": row.district,
            "registration_id": row.registration_id,
            "registered_on": row.registered_on,
            **msgspec.structs.asdict(unseal(row.person, settings.field_cipher)),
        }
        for row in rows
    ]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None
