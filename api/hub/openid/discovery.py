"""How do clients find their way at the hub, and its keys?"""

from typing import Any

from flask import Response, jsonify

from api.hub.openid.answering import call, part
from api.hub.reading import only_read
from federation.sso.discovery import KEYS, metadata
from federation.sso.keys.models import PUBLISHED_FOR
from federation.sso.keys.publishing import key_set

blueprint = part("openid_discovery")


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def describe() -> Response:
    """What the hub can do as OpenID Provider, and where."""
    return _public(metadata(call().issuer))


@blueprint.get(KEYS)
def keys() -> Response:
    """By which keys what it signs is known."""
    only_read()
    return _public(key_set(call().session))


def _public(document: dict[str, Any]) -> Response:
    """Everybody may keep it, for as long as a key is published before it signs."""
    response = jsonify(document)
    response.headers["Cache-Control"] = f"public, max-age={int(PUBLISHED_FOR.total_seconds())}"
    return response
