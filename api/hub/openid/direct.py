"""How does a client speak to the hub without a browser between them?"""

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from api.hub.openid.answering import answered, part
from api.hub.reading import only_read
from federation.sso import direct
from federation.sso.discovery import INTROSPECT, PUSH, REVOKE, TOKEN, USERINFO

blueprint = part("openid_direct")


@blueprint.post(TOKEN)
def token() -> Response:
    """Tokens."""
    return answered(direct.token)


@blueprint.post(PUSH)
def push() -> Response:
    """An authorization request, ahead of the browser."""
    return answered(direct.push)


@blueprint.post(INTROSPECT)
def introspect() -> Response:
    """What a token opens."""
    return answered(direct.introspect)


@blueprint.post(REVOKE)
def revoke() -> Response:
    """The end of a token."""
    return answered(direct.revoke)


@blueprint.route(USERINFO, methods=["GET", "POST"])
def userinfo() -> Response:
    """Who the person is."""
    only_read()
    return answered(direct.userinfo)


@blueprint.errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response:
    """What the framework refuses, in the form that clients read."""
    response = jsonify(error="invalid_request", error_description=error.name)
    response.status_code = error.code or 500
    return response
