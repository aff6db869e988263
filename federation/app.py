"""Of what is the hub's program composed?"""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from admin.hub import register as register_pages
from api.hub import register as register_api
from api.hub.people import register as register_people
from federation import db
from federation.settings import Settings, read_settings
from sync.messages import signing


def create_app(settings: Settings | None = None) -> Flask:
    """The hub's web application, with `settings` or those of the environment."""
    settings = settings or read_settings()
    app = Flask("federation", static_folder=None, template_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-banyan_hub" if settings.secure_cookies else "banyan_hub",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Nobody sends the hub more than a message of the streams.
        MAX_CONTENT_LENGTH=signing.MAX_BODY_BYTES,
    )
    db.connect(app, settings.database_url)
    guarded = register_api(app)
    register_people(app)
    register_pages(app)
    for part in guarded:
        # What comes here is signed, or carries a secret that no browser sends by itself: nobody can forge it from another site.
        app.extensions["csrf"].exempt(part)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
