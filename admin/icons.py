"""How does an icon stand in a page?

Drawn in place: the sprite that Bootstrap-Flask brings holds two thousand, which is a megabyte for the few that a page shows.
"""

import re
from functools import cache
from importlib.resources import files

from flask import Flask
from markupsafe import Markup

_SPRITE = files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
_SYMBOL = re.compile(r'<symbol class="[^"]*" viewBox="0 0 16 16" id="([^"]+)">(.*?)</symbol>', re.DOTALL)


def register(app: Flask) -> None:
    """Templates name icons of https://icons.getbootstrap.com by `icon`."""
    app.jinja_env.globals["icon"] = icon


@cache
def icon(name: str) -> Markup:
    """The icon, as large as the text around it and hidden from who listens: words beside it say the same."""
    return Markup(
        '<svg class="icon" width="16" height="16" fill="currentColor" viewBox="0 0 16 16" aria-hidden="true">{}</svg>'
    ).format(Markup(_drawings()[name]))  # noqa: S704 - the drawing comes from an installed package


@cache
def _drawings() -> dict[str, str]:
    return dict(_SYMBOL.findall(_SPRITE.read_text()))
