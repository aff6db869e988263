"""How do districts whose firewalls know only HTTPS speak with the hub?

Signed messages, as on any other carrier, come and go here. A message carries its sender's signature; who asks for messages
proves by the same key who it is.
"""

import secrets
import select
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, TimestampSigner
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import sessionmaker

from api.hub.reading import only_read
from api.problems import ProblemBlueprint, problem
from federation import mailbox
from federation.db import db
from federation.directory.keys import EveryDistrictsKeys
from federation.settings import Settings
from sync.carriers import bundle, proving
from sync.carriers.bus import CONTENT_TYPE
from sync.carriers.gateway import Gateway, Taken
from sync.errors import BusUnavailable, Rejected, TooLarge, Undecodable, WrongSender
from sync.messages.batch import seal_batch

CHALLENGE_SECONDS = 300
# No database keeps a larger number.
LARGEST = 2**63 - 1
RETRY_SECONDS = 2

_EXTENSION = "banyan.gateway"
# A peer that has hung up can be seen without reading from it, where the system has a word for that.
_HUNG_UP = select.POLLHUP | getattr(select, "POLLRDHUP", 0)
_STATUSES: Mapping[type[Exception], int] = {
    Rejected: HTTPStatus.FORBIDDEN,
    Undecodable: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BusUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_BYTES = {"type": "string", "format": "binary"}
_MESSAGE = {"content": {CONTENT_TYPE: {"schema": _BYTES}}, "required": True}
_BY_PROOF: list[dict[str, list[str]]] = [{"district": []}]

bus = ProblemBlueprint(
    "bus", __name__, url_prefix="/api/v1", description="The streams, for districts without a broker.", statuses=_STATUSES
)


class PlaceSchema(Schema):
    """A place in a stream."""

    epoch = fields.Integer(required=True, validate=validate.Range(0, LARGEST))
    after = fields.Integer(
        required=True, validate=validate.Range(0, LARGEST), metadata={"description": "the last event that the district has"}
    )


def open_gateway(app: Flask) -> None:
    """Lets `app` stand for districts at the bus of its settings."""
    settings: Settings = app.config["SETTINGS"]
    # A district that takes no part goes on reading what the hub says to it; what it says itself the inbox refuses.
    keys = EveryDistrictsKeys(sessionmaker(db.engine))
    app.extensions[_EXTENSION] = Gateway(settings.wire.bus_url, keys=keys, held_polls=settings.held_polls)


@bus.before_request
def _know_the_district() -> Response | None:
    """Who asks for what is a district's alone must be that district; a message says by itself whose it is."""
    if request.method == "POST":
        return None
    given = request.authorization
    challenge, proof = (given.get("challenge"), given.get("proof")) if given else (None, None)
    if challenge and proof and _is_ours(challenge):
        g.district = proving.prover(challenge, proof, keys=_gateway().keys, at=datetime.now(UTC))
        return None
    return problem(
        HTTPStatus.UNAUTHORIZED,
        code="proof_wanted",
        detail="Sign the challenge of this answer with the key that signs your messages, and ask again with that proof.",
        headers={"WWW-Authenticate": f'{proving.SCHEME} challenge="{_challenge()}"'},
    )


@bus.post("/bus")
@bus.doc(requestBody=_MESSAGE, security=[])
@bus.response(202, description="The hub's bus has the message.")
@bus.alt_response(400)
@bus.alt_response(403)
@bus.alt_response(413)
@bus.alt_response(503)
def send() -> Response:
    """Send the hub one message, signed by the district that may speak in its stream."""
    _gateway().accept(request.get_data(cache=False), at=datetime.now(UTC))
    return Response(status=HTTPStatus.ACCEPTED)


@bus.get("/bus")
@bus.doc(security=_BY_PROOF)
@bus.response(200, _BYTES, content_type=bundle.CONTENT_TYPE, description="Messages: an array of byte strings in MessagePack.")
@bus.alt_response(204, description="Nothing came. Where `Retry-After` is there, ask again after that pause.")
@bus.alt_response(401)
@bus.alt_response(403)
@bus.alt_response(503)
def receive() -> Response:
    """Take what waits for the district, the oldest first; where nothing does, the answer waits a while for it."""
    taken = _gateway().take(g.district, gone=_has_hung_up)
    if taken.deliveries:
        body = bundle.pack(taken.messages)
        answer = Response(_hand_over(body, taken), content_type=bundle.CONTENT_TYPE)
        answer.content_length = len(body)
    else:
        answer = Response(status=HTTPStatus.NO_CONTENT, headers=None if taken.held else {"Retry-After": str(RETRY_SECONDS)})
    answer.call_on_close(taken.close)
    return answer


@bus.get("/streams/<district>/down")
@bus.arguments(PlaceSchema, location="query")
@bus.doc(security=_BY_PROOF)
@bus.response(200, _BYTES, content_type=CONTENT_TYPE, description="A signed batch.")
@bus.alt_response(204, description="There is no more.")
@bus.alt_response(401)
@bus.alt_response(403)
def replay(place: dict[str, int], district: str) -> Response:
    """Read what the hub said to the district behind a place, a batch at a time, from the hub's records."""
    if district != g.district:
        raise WrongSender(f"the stream to {district} is for nobody else")
    only_read()
    batch = mailbox.said_to(db.session(), district, epoch=place["epoch"], after=place["after"])
    if batch is None:
        return Response(status=HTTPStatus.NO_CONTENT)
    settings: Settings = current_app.config["SETTINGS"]
    return Response(seal_batch(batch, settings.wire.signing_key), content_type=CONTENT_TYPE)


def _hand_over(body: bytes, taken: Taken) -> Iterator[bytes]:
    yield body
    # The server comes back for more when it has written the body, and does not where that failed.
    taken.acknowledge()


def _has_hung_up() -> bool:
    """Whether nobody is there any more to answer, as far as the server lets that be seen."""
    connection = request.environ.get("gunicorn.socket")
    if connection is None:
        return False
    watch = select.poll()
    watch.register(connection, _HUNG_UP)
    return bool(watch.poll(0))


def _gateway() -> Gateway:
    gateway: Gateway = current_app.extensions[_EXTENSION]
    return gateway


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="challenge of a district")


def _challenge() -> str:
    """A new word that any process of the hub knows for its own, for a while."""
    return _signer().sign(secrets.token_urlsafe(12)).decode()


def _is_ours(challenge: str) -> bool:
    try:
        _signer().unsign(challenge, max_age=CHALLENGE_SECONDS)
    except BadSignature:
        return False
    return True
