"""How does somebody come to be signed in here by the hub's word?

What an answer has to fit is kept in this browser's signed cookie, by the `state` with which the browser was sent away: an
answer that was brought to another browser finds nothing there, and two tabs each find their own.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from api.tenant.people import visit
from tenants.db import db
from tenants.errors import AnswerRefused, DistrictError
from tenants.sso.answering import Awaited, take_answer
from tenants.sso.models import STAFF_ASSURANCE, SecurityEventKind
from tenants.sso.provider import CALLBACK_PATH
from tenants.sso.security_events import note
from tenants.sso.sessions import begin_hub_session, cookie

_AWAITED = "awaited"
_MOST_AWAITED = 5
# Where a member of staff wanted to go before they had to sign in; the desk keeps it.
_WANTED_AT_DESK = "next"

blueprint = Blueprint("signing_in", __name__)


@blueprint.get("/sign-in/city")
def begin() -> Response:
    """Sends a volunteer to the hub; who is signed in there comes straight back."""
    return _send(assurance=1, wanted=url_for("people.own.show"))


@blueprint.get("/sign-in/desk")
def begin_at_desk() -> Response:
    """Sends a member of staff to the hub, who shows two factors there: anew, where they sit at the desk already."""
    here = visit.signed_in()
    within = visit.settings().recent if here and here.staff_at_work() else None
    wanted = session.pop(_WANTED_AT_DESK, None) or url_for("desk.home.show")
    return _send(assurance=STAFF_ASSURANCE, wanted=wanted, within=within)


@blueprint.get(CALLBACK_PATH)
def come_back() -> Response:
    """Signs in who comes back with the hub's answer, in place of whoever was signed in in this browser."""
    kept = _taken(request.args.get("state", ""))
    before = visit.signed_in()
    awaited = Awaited(kept["nonce"], kept["code_verifier"], kept.get("authenticated_after")) if kept else None
    provider = visit.provider()
    try:
        granted = take_answer(request.args.to_dict(flat=False), awaited, provider)
    except AnswerRefused as refusal:
        if awaited:
            _note_refused(refusal)
        raise
    if before:
        before.end(at=visit.now())
    key = begin_hub_session(
        db.session(),
        granted.identity,
        id_token=granted.id_token,
        refresh_token=granted.refresh_token,
        settings=visit.settings(),
        at=visit.now(),
    )
    kind, subject = SecurityEventKind.SIGNED_IN, granted.identity.subject
    note(db.session(), kind, subject=subject, address=visit.address(), at=visit.now())
    db.session.commit()
    # A form that was open for somebody else is of no use to this one.
    session.pop("csrf_token", None)
    response = redirect(kept["wanted"] if kept else url_for("people.own.show"), code=303)
    response.set_cookie(**cookie(visit.settings(), key))
    return response


def _send(*, assurance: int, wanted: str, within: timedelta | None = None) -> Response:
    language = str(get_locale()).replace("_", "-")
    asked = visit.provider().ask(language=language, assurance=assurance, within=within)
    kept = {"wanted": wanted, **asdict(Awaited(asked.nonce, asked.code_verifier, asked.authenticated_after))}
    newest = list(session.get(_AWAITED, {}).items())[1 - _MOST_AWAITED :]
    session[_AWAITED] = {**dict(newest), asked.state: kept}
    return redirect(asked.address, code=303)


def _taken(state: str) -> dict[str, Any] | None:
    """What was kept for this `state`, which is answered once."""
    awaited: dict[str, dict[str, Any]] = dict(session.get(_AWAITED, {}))
    kept = awaited.pop(state, None)
    session[_AWAITED] = awaited
    return kept


def _note_refused(refusal: DistrictError) -> None:
    db.session.rollback()
    what = str(refusal.values.get("what", refusal.code))
    note(db.session(), SecurityEventKind.ANSWER_REFUSED, address=visit.address(), at=visit.now(), what=what)
    db.session.commit()
