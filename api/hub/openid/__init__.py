"""How do clients and browsers reach the hub as OpenID Provider?"""

from flask import Blueprint, Flask

from api.hub.openid import authorizing, direct, discovery, signing_out


def register(app: Flask) -> list[Blueprint]:
    """Gives the hub's application its provider; gives the parts that need no form's token, because others' pages send them."""
    open_parts = [discovery.blueprint, direct.blueprint, authorizing.blueprint, signing_out.blueprint]
    for blueprint in (*open_parts, authorizing.forms, signing_out.forms):
        app.register_blueprint(blueprint)
    return open_parts
