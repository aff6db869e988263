"""How are the acts and states of the hub's staff said?"""

from flask import Flask
from flask_babel import lazy_gettext

from federation.accounts.models import Role

_ROLES = {Role.STEWARD: lazy_gettext("Steward"), Role.LEAD: lazy_gettext("Lead of the stewards")}


def register(app: Flask) -> None:
    """Gives templates a filter for each kind of word."""
    app.jinja_env.filters.update(role=role)


def role(value: Role) -> str:
    """A role."""
    return str(_ROLES[value])
