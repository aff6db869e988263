"""What does a volunteer see of themselves in this district?"""

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from api.tenant.people import refusals
from api.tenant.people.own import blueprint as own
from api.tenant.people.registering import blueprint as registering
from api.tenant.people.signing_in import blueprint as signing_in
from api.tenant.people.signing_out import blueprint as signing_out
from api.tenant.people.signing_out import receiver

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


def register(app: Flask) -> Blueprint:
    """Gives the district's application these pages; gives the part that the hub calls, which has no form and no token."""
    pages = Blueprint("people", __name__, template_folder="templates")
    for blueprint in (signing_in, signing_out, own, registering):
        pages.register_blueprint(blueprint)
    pages.after_request(_keep_nowhere)
    refusals.register(pages)
    app.register_blueprint(pages)
    app.register_blueprint(receiver)
    return receiver


def _keep_nowhere(response: Response) -> Response:
    """After somebody has signed out, the browser's way back shows nothing of them; no address of ours is told to others."""
    response.headers.update(_HEADERS)
    return response
