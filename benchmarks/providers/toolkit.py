"""How does django-oauth-toolkit sign people in at a district?

With Django's sessions and users, all of its own settings, and an application that need not ask. The application's secret is
kept as it is: hashed as a password, which is the default, each exchange of a code would take a third of a second.
(https://django-oauth-toolkit.readthedocs.io, OpenID Connect)
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from joserfc.jwk import RSAKey
from sqlalchemy import make_url

from benchmarks.providers.provider import REDIRECT_URI, District, Provider, issuer_at, new_secret, served
from tests.support.servers import free_port

NAME = "django-oauth-toolkit"
_AUTHORIZE, _TOKEN, _KEYS = "/authorize/", "/token/", "/.well-known/jwks.json"


def serve() -> Any:
    """The application, for gunicorn, with what the environment says."""
    configure(os.environ)
    return get_wsgi_application()


def configure(environment: Any) -> None:
    """Sets Django up, once in a process."""
    database = make_url(environment["TOOLKIT_DATABASE_URL"])
    settings.configure(
        SECRET_KEY=environment["TOOLKIT_SECRET"],
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="oauth2_provider.urls",
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
        # Those of a new Django project, of which no message is shown here.
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": database.host,
                "PORT": database.port,
                "USER": database.username,
                "NAME": database.database,
                "CONN_MAX_AGE": None,
            }
        },
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": environment["TOOLKIT_ISSUER"],
            "OIDC_RSA_PRIVATE_KEY": environment["TOOLKIT_KEY"],
            "SCOPES": {"openid": "who they are"},
            "ALLOWED_SCHEMES": ["https"],
        },
    )
    django.setup()


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Provider]:
    """The library, at work."""
    port = free_port()
    district = District("plain", "RS256", secret=new_secret())
    environment = {
        "TOOLKIT_DATABASE_URL": database_url,
        "TOOLKIT_SECRET": new_secret(),
        "TOOLKIT_ISSUER": issuer_at(port),
        "TOOLKIT_KEY": RSAKey.generate_key(2048).as_pem(private=True).decode(),
        # Its way of saying that this machine speaks to itself.
        "OAUTHLIB_INSECURE_TRANSPORT": "1",
    }
    configure(environment)
    call_command("migrate", verbosity=0)
    _register(district)
    with served("benchmarks.providers.toolkit:serve()", port, environment, folder / "toolkit.log", ready=_KEYS):
        yield Provider(NAME, port, _AUTHORIZE, _TOKEN, _KEYS, district, sign_in=_sign_in)


def _register(district: District) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415 - once Django is set up
    from oauth2_provider.models import Application  # noqa: PLC0415 - the same

    User.objects.create(username="volunteer-1")
    Application.objects.create(
        client_id=district.client_id,
        client_secret=district.secret,
        hash_client_secret=False,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=REDIRECT_URI,
        skip_authorization=True,
        algorithm=Application.RS256_ALGORITHM,
    )


def _sign_in(count: int) -> list[str]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415 - once Django is set up
    from django.contrib.auth.models import User  # noqa: PLC0415 - the same
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - the same

    user = User.objects.get()
    cookies = []
    for _ in range(count):
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        cookies.append(f"sessionid={store.session_key}")
    return cookies
