"""What does the hub show to everybody who has an account, or wants one?"""

from flask import Blueprint, Flask, g, got_request_exception
from werkzeug.wrappers import Response

from api.hub.people import guarding, refusals
from api.hub.people.account import blueprint as account
from api.hub.people.browser import browser
from api.hub.people.claiming import blueprint as claiming
from api.hub.people.contacts import blueprint as contacts
from api.hub.people.factors import blueprint as factors
from api.hub.people.going_on import to, who_asked
from api.hub.people.outbox import blueprint as outbox
from api.hub.people.recovering import blueprint as recovering
from api.hub.people.second_step import blueprint as second_step
from api.hub.people.signing_in import blueprint as signing_in
from api.hub.people.signing_up import blueprint as signing_up
from sync.accounts.passwords import MIN_PASSWORD_LENGTH

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def register(app: Flask) -> None:
    """Gives the hub's application the pages for signing in, for accounts, and for one's own hours.

    Who is signed in is for other pages to know, too: they find it in `app.extensions["browser"]`.
    """
    app.extensions["browser"] = browser
    pages = Blueprint("people", __name__, template_folder="../templates")
    pages.before_request(guarding.look)
    pages.before_request(guarding.require_account)
    pages.after_request(_keep_to_yourself)
    pages.app_context_processor(browser.for_templates)
    pages.context_processor(lambda: {"to": to, "asked": who_asked(), "shortest_password": MIN_PASSWORD_LENGTH})
    rooms = (signing_in, second_step, signing_up, claiming, recovering, account, factors, contacts, outbox)
    for blueprint in rooms:
        pages.register_blueprint(blueprint)
    refusals.register(pages)
    app.register_blueprint(pages)
    got_request_exception.connect(_ask_nothing_more, app)


def _keep_to_yourself(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if wants := g.get("asked"):
        # A form's answer may lead on to the district that sent somebody here.
        g.form_leads_to = wants.leads_to
    return response


def _ask_nothing_more(_app: Flask, **_: object) -> None:
    browser.forget()
