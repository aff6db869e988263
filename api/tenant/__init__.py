"""How do programs work with a district?"""

from flask import Blueprint, Flask

from api import entrance, problems, requests
from api.documentation import documentation
from api.health import health
from api.metrics import metrics
from api.tenant import people, sitting
from api.tenant.city import city
from api.tenant.district import degraded, district, figures
from api.tenant.hour_entries import hour_entries
from api.tenant.imports import imports
from api.tenant.organizations import organizations
from api.tenant.questions import questions
from api.tenant.queue import queue
from api.tenant.registrations import registrations
from tenants.db import db
from tenants.migrations import MIGRATIONS
from tenants.settings import Settings
from tenants.sso.knowing import KnownProvider

_DESCRIPTION = (
    "A district's volunteers and their hours. A program acts for a member of staff, with a bearer token that an operator "
    "issues (`banyan-district staff token`), and may do what they may. Durations are whole minutes; moments have an offset. "
    "A change needs `If-Match` with the ETag of what was read, so nobody overwrites what they have not seen."
)


def register(app: Flask) -> list[Blueprint]:
    """Gives the district's application its API, and volunteers their pages, before anything else that answers.

    Gives the parts to which a browser sends nothing by itself.
    """
    settings: Settings = app.config["SETTINGS"]
    requests.observe(app)
    entrance.guard(app)
    sitting.register(app)
    api = problems.prepare(app, title=f"Banyan: {settings.district_name}", version="1", description=_DESCRIPTION)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    parts = [district, organizations, registrations, hour_entries, queue, questions, imports, city]
    for part in parts:
        api.register_blueprint(part)
    app.register_blueprint(documentation)
    app.register_blueprint(metrics(settings.wire.metrics_token, figures))
    with app.app_context():
        app.register_blueprint(health(db.engine, MIGRATIONS, degraded=degraded))
    app.extensions["provider"] = KnownProvider(settings)
    return [*parts, people.register(app)]
