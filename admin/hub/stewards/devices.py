"""On what is somebody signed in?

Enough for people to tell their own sessions apart. Browsers name each other in what they say of themselves, so order counts.
"""

from flask import Flask
from flask_babel import gettext

_BROWSERS = {
    "MicroMessenger/": "WeChat",
    "Edg": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def register(app: Flask) -> None:
    """Gives templates a filter for a `User-Agent` header."""
    app.jinja_env.filters["device"] = device


def device(user_agent: str) -> str:
    """Browser and system in words: Firefox on Windows."""
    browser, system = _named(_BROWSERS, user_agent), _named(_SYSTEMS, user_agent)
    if browser and system:
        return str(gettext("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(gettext("Unknown program"))


def _named(names: dict[str, str], user_agent: str) -> str | None:
    return next((name for mark, name in names.items() if mark in user_agent), None)
