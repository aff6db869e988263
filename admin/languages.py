"""In which language does a page speak?

In the one that was chosen with the switch, else in one that the browser asks for, else in the program's own. The switch is
the parameter `language` on any address: it is remembered, and the same page comes again.

Another program that sent the reader here may know which language they read (OpenID Connect Core 1.0, section 3.1.2.1): a view
says so in `g.asked_for_languages`, the tags in the order of preference and when they were said. Of that and of what was chosen
with the switch the later counts.
"""

import time
from importlib.resources import files
from urllib.parse import urlencode

from flask import Flask, g, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from sync.settings import LANGUAGES

_PARAMETER = "language"
_BY_SENDER = "ui_locales"
_COOKIE = "banyan_language"
_YEAR_SECONDS = 365 * 24 * 3600
# Browsers ask for zh-CN, zh-TW or zh, which are no match for zh_Hans; all of them mean Chinese.
_ASKED_FOR = {"zh": "zh_Hans", "en": "en"}


def speak(app: Flask, *, default: str) -> None:
    """Gives `app` its languages; `default` is for those who have no preference that it can meet."""
    Babel(
        app,
        default_locale=default,
        default_translation_directories=str(files("admin") / "translations"),
        locale_selector=_chosen,
    )
    app.jinja_env.globals.update(languages=LANGUAGES, current_language=lambda: str(get_locale()), language_url=_url_in)
    app.jinja_env.globals["language_tag"] = lambda: str(get_locale()).replace("_", "-")
    app.before_request(_remember)
    app.after_request(_vary)


def _chosen() -> str | None:
    tags, asked_at = g.get("asked_for_languages") or ("", None)
    by_sender = next(filter(None, map(_spoken, tags.split())), None)
    remembered, chosen_at = _remembered()
    if by_sender and not (remembered and asked_at and chosen_at >= asked_at.timestamp()):
        return by_sender
    if remembered:
        return remembered
    asked_for = request.accept_languages.best_match(_ASKED_FOR)
    return _ASKED_FOR[asked_for] if asked_for else None


def _spoken(tag: str) -> str | None:
    """In which of our languages somebody reads who reads that of a tag (RFC 5646), if in any."""
    return _ASKED_FOR.get(tag.partition("-")[0].lower())


def _remembered() -> tuple[str | None, float]:
    """What was chosen with the switch, and when, in seconds since 1970; 0 where that is not known."""
    language, _, moment = request.cookies.get(_COOKIE, "").partition(".")
    try:
        return (language if language in LANGUAGES else None), float(moment or 0)
    except ValueError:
        return None, 0.0


def _remember() -> Response | None:
    language = request.args.get(_PARAMETER)
    if language not in LANGUAGES or request.method != "GET":
        return None
    response = redirect(_address(request.args.to_dict(flat=False) | {_PARAMETER: [], _BY_SENDER: []}))
    chosen = f"{language}.{time.time():.6f}"
    response.set_cookie(_COOKIE, chosen, max_age=_YEAR_SECONDS, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def _url_in(language: str) -> str:
    """The address of this page in `language`."""
    return _address(request.args.to_dict(flat=False) | {_PARAMETER: [language]})


def _address(parameters: dict[str, list[str]]) -> str:
    query = urlencode(parameters, doseq=True)
    # Two slashes at the beginning would be another host.
    path = "/" + (request.script_root + request.path).lstrip("/")
    return f"{path}?{query}" if query else path


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
    return response
