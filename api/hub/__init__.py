"""How do programs read what the city's hours come to?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Flask
from prometheus_client.core import Metric

from api import entrance, problems, requests
from api.documentation import documentation
from api.health import health
from api.hub.city import city
from api.hub.districts import districts
from api.hub.enrolments import SHAPES, enrolments
from api.hub.figures import message_figures, review_figures, sign_out_figures
from api.hub.openid import register as register_provider
from api.hub.operation import operation
from api.hub.reading import only_read
from api.hub.streams import bus, open_gateway
from api.metrics import metrics
from federation.accounts.sending.waiting import unsent_by_kind
from federation.db import db
from federation.directory.standing import StandingState, standings
from federation.identity.stewarding.finding import waiting
from federation.mailbox import evidence
from federation.migrations import MIGRATIONS
from federation.settings import Settings
from federation.sso.logout.untold import untold_by_client
from sync.carriers.proving import SCHEME
from sync.programs.figures import key_figures, state_figures, stream_figures

_DESCRIPTION = (
    "Sums of the hours that the city's districts have certified, and how up to date each district is. Nothing here names a "
    "person, so nobody has to sign in; the streams alone are for districts. Durations are whole minutes; moments have an "
    "offset; months are those of the district."
)
_PROOF = (
    "`challenge`, as the `WWW-Authenticate` of a refusal says it, and `proof`, a detached JSON Web Signature over it with the "
    "district's key, whose protected header has `typ` banyan-proof, `v` 1 and as `stream` the one that the district writes."
)


def register(app: Flask) -> list[Blueprint]:
    """Gives the hub's application its API, before anything else that answers; gives the parts that need no form's token."""
    requests.observe(app)
    entrance.guard(app)
    api = problems.prepare(app, title="Banyan: the city", version="1", description=_DESCRIPTION)
    api.register_blueprint(city)
    api.register_blueprint(districts)
    for name, shape in SHAPES.items():
        api.spec.components.schema(name, shape)
    api.spec.components.security_scheme("district", {"type": "http", "scheme": SCHEME, "description": _PROOF})
    api.spec.components.security_scheme("operator", {"type": "http", "scheme": "bearer"})
    guarded: list[Blueprint] = [enrolments, bus, operation]
    for part in guarded:
        api.register_blueprint(part)
    app.register_blueprint(documentation)
    settings: Settings = app.config["SETTINGS"]
    app.register_blueprint(metrics(settings.wire.metrics_token, _figures))
    with app.app_context():
        open_gateway(app)
        app.register_blueprint(health(db.engine, MIGRATIONS, degraded=_not_equal))
    return guarded + register_provider(app)


def _figures() -> Iterator[Metric]:
    """How the streams of all districts are, and what waits at the hub."""
    only_read()
    session, at = db.session(), datetime.now(UTC)
    known = standings(session, at=at)
    yield from stream_figures(evidence.readings(session), evidence.writings(session), evidence.refusals(session))
    yield state_figures({one.district: one.state for one in known}, StandingState)
    yield key_figures({one.district: one.key_since for one in known if one.key_since})
    yield from sign_out_figures(untold_by_client(session, at=at))
    yield from message_figures(unsent_by_kind(session, at=at))
    yield from review_figures(waiting(session))


def _not_equal() -> list[str]:
    """Districts of which the hub does not have everything: their figures are older than the others'."""
    known = standings(db.session(), at=datetime.now(UTC))
    behind = [one for one in known if one.takes_part and not one.equal]
    return [f"{one.district} is {one.state}: {one.applied} of {one.head} events." for one in behind]
