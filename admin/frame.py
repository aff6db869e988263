"""What do the pages of both programs have in common?"""

from zoneinfo import ZoneInfo

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from admin import assets, error_pages, icons, languages, persons, security_headers, writing


def frame(app: Flask, *, layout: str, time_zone: ZoneInfo, language: str) -> None:
    """Gives `app` the languages, the look, the headers, the error pages and the protection of forms that all pages have.

    `layout` is the program's own template, which extends `admin/layout.html`; error pages extend it in turn. `language`
    (`zh_Hans` or `en`) is for those who have no preference; moments are shown in `time_zone`.
    """
    app.register_blueprint(Blueprint("admin", __name__, template_folder="templates"))
    app.jinja_env.globals["program_layout"] = layout
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Pages for signing in and out tell nobody where a visitor comes from, so a form cannot be asked for that. Its token counts.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    CSRFProtect(app)
    languages.speak(app, default=language)
    writing.register(app, time_zone)
    persons.register(app)
    assets.register(app)
    icons.register(app)
    error_pages.register(app)
    security_headers.register(app)
