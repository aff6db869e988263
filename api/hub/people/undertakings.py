"""What has somebody begun in this browser, and not finished?"""

import uuid

from flask import session

from federation.accounts.contacts.models import Purpose


def begin(purpose: Purpose, code_id: uuid.UUID, *, to: str) -> None:
    """A code was sent, as far as the browser knows to `to`, which is shown to its user as it was typed."""
    session[_name(purpose)] = {"code": str(code_id), "to": to}


def code_of(purpose: Purpose) -> uuid.UUID | None:
    """Which code it is about; None where nothing was begun."""
    begun = session.get(_name(purpose))
    return uuid.UUID(begun["code"]) if begun else None


def sent_to(purpose: Purpose) -> str:
    """Where its user sent the code."""
    begun = session.get(_name(purpose))
    return str(begun["to"]) if begun else ""


def _name(purpose: Purpose) -> str:
    return f"undertaking {purpose}"
