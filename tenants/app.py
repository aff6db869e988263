"""Of what is a district's program composed?"""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from admin.tenant import register as register_pages
from api.tenant import register as register_api
from tenants import db
from tenants.settings import Settings, read_settings

LARGEST_REQUEST_BYTES = 32_000_000


def create_app(settings: Settings | None = None) -> Flask:
    """The district's web application, with `settings` or those of the environment."""
    settings = settings or read_settings()
    app = Flask("tenants", static_folder=None, template_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=f"{settings.cookie_prefix}banyan_{settings.district}",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
    )
    db.connect(app, settings.database_url)
    parts = register_api(app)
    register_pages(app)
    for part in parts:
        # What a program sends carries a token, or a signature, that no browser sends by itself: nobody forges it from
        # elsewhere.
        app.extensions["csrf"].exempt(part)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
