"""How does somebody sign out, here or anywhere in the city?"""

from http import HTTPStatus

import structlog
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.tenant.people import visit
from tenants.db import db
from tenants.errors import AnswerRefused, DistrictError, HubUnavailable, NotPrepared
from tenants.sso.provider import LOGOUT_PATH, SIGNED_OUT_PATH
from tenants.sso.sessions import cookie, hint_of
from tenants.sso.signing_out import sign_out, take_logout

blueprint = Blueprint("signing_out", __name__)
receiver = Blueprint("back_channel", __name__)

_log = structlog.stdlib.get_logger("banyan.sign_in")


@blueprint.post("/sign-out")
def leave() -> AnyResponse:
    """Signs out here and, who signed in by the hub's word, in the whole city: the browser goes on to the hub."""
    here = visit.signed_in()
    response: AnyResponse = redirect(url_for("people.signing_out.show"), code=303)
    if here is not None:
        by_hub, hint = here.subject is not None, hint_of(here, visit.settings())
        sign_out(db.session(), here, address=visit.address(), at=visit.now())
        db.session.commit()
        if by_hub:
            response = Response(render_template("people/leaving.html", **_way_on(hint)))
    response.set_cookie(**cookie(visit.settings(), ""))
    return response


@blueprint.get(SIGNED_OUT_PATH)
def show() -> str:
    """Says that it is done."""
    return render_template("people/signed_out.html")


@receiver.post(LOGOUT_PATH)
def hear() -> AnyResponse:
    """Hears from the hub that somebody signed out (OpenID Connect Back-Channel Logout 1.0, section 2.8)."""
    try:
        said = visit.provider().take_logout(request.form.get("logout_token", ""))
        take_logout(db.session(), said, address=visit.address(), at=visit.now())
    except (AnswerRefused, HubUnavailable, NotPrepared) as refusal:
        db.session.rollback()
        _log.warning("logout refused", what=str(refusal))
        return _answer(HTTPStatus.BAD_REQUEST)
    db.session.commit()
    return _answer(HTTPStatus.OK)


def _way_on(hint: str | None) -> dict[str, str | None]:
    """Where the browser goes to end it at the hub as well, if that answers."""
    try:
        return {"address": visit.provider().ending(hint)}
    except DistrictError:
        return {"address": None}


def _answer(status: HTTPStatus) -> Response:
    return Response(status=status, headers={"Cache-Control": "no-store"})
