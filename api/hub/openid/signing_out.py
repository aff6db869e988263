"""How is somebody signed out everywhere whom a client sends here for that?"""

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response

from api.hub.openid.answering import call, message, part
from api.hub.openid.visiting import get_up, held, look
from federation.db import db
from federation.sso.discovery import END_SESSION
from federation.sso.logout.ending import SignOut, read_sign_out

blueprint = part("openid_signing_out")
forms = part("openid_sign_out_confirmation")
for _part in (blueprint, forms):
    _part.before_request(look)


@blueprint.route(END_SESSION, methods=["GET", "POST"])
def end_session() -> Response | str:
    """Where a client sends people who want to sign out; where it is not certain that they do, they are asked."""
    said = message()
    asked = read_sign_out(call(), said.form if request.method == "POST" else said.query, held())
    if not asked.certain:
        g.form_leads_to = asked.leads_to
        return render_template("openid/sign_out.html", asked=asked)
    return _end(asked)


@forms.post(f"{END_SESSION}/confirm")
def confirm() -> Response | str:
    """They do want to."""
    return _end(read_sign_out(call(), [pair for pair in message().form if pair[0] != "csrf_token"], held()))


def _end(asked: SignOut) -> Response | str:
    get_up()
    db.session.commit()
    return redirect(asked.redirect_uri, code=303) if asked.redirect_uri else render_template("openid/signed_out.html")
