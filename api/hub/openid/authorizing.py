"""How does a browser that a client sends here come back to it with an answer?"""

from flask import Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.hub.openid.answering import call, message, part, respond
from api.hub.openid.visiting import key
from federation.db import db
from federation.sso import authorizing
from federation.sso.authorizing import ConsentNeeded, Next, SignInNeeded
from federation.sso.discovery import AUTHORIZE

blueprint = part("openid_authorizing")
forms = part("openid_consent")


@blueprint.route(AUTHORIZE, methods=["GET", "POST"])
def authorize() -> AnyResponse | str:
    """Where a client sends people."""
    said = message()
    return _show(authorizing.authorize(call(), said.form if request.method == "POST" else said.query, key()))


@blueprint.get(f"{AUTHORIZE}/continue")
def go_on() -> AnyResponse | str:
    """Where they come back to from the pages for signing in."""
    return _show(authorizing.go_on(call(), request.args.get("request", ""), key()))


@forms.post(f"{AUTHORIZE}/consent")
def decide() -> AnyResponse | str:
    """Whether the client may know who they are."""
    request_id, granted = request.form.get("request", ""), "grant" in request.form
    return _show(authorizing.decide(call(), request_id, key(), granted=granted))


def _show(what: Next) -> AnyResponse | str:
    db.session.commit()
    if isinstance(what, SignInNeeded):
        return redirect(f"/sign-in?request={what.request_id}", code=303)
    if isinstance(what, ConsentNeeded):
        g.form_leads_to = what.asked.leads_to
        g.asked_for_languages = what.asked.ui_locales, what.asked.asked_at
        return render_template("openid/consent.html", needed=what, scopes=what.scope.split())
    answer: Response = respond(what)
    return answer
