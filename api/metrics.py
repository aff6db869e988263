"""How does Prometheus see the streams?

Whoever asks must send the token of the settings. A look at where a request comes from would not do: behind a proxy everybody
comes from this very machine.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector


def metrics(token: str | None, figures: Callable[[], Iterable[Metric]]) -> Blueprint:
    """`/metrics` with what `figures` gives; without a token in the settings there is no such page."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def show() -> Response:
        if token is None:
            abort(HTTPStatus.NOT_FOUND)
        given = request.authorization
        sent = (given.token if given and given.type == "bearer" else None) or ""
        if not hmac.compare_digest(sent.encode(), token.encode()):
            return Response(
                "Send the token as: Authorization: Bearer …\n", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}
            )
        registry = CollectorRegistry()
        registry.register(_Figures(figures))
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), headers={"Cache-Control": "no-store"}, content_type=content_type)

    return blueprint


class _Figures(Collector):
    """What the library asks when it writes its answer."""

    def __init__(self, figures: Callable[[], Iterable[Metric]]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """The families, each with its samples."""
        yield from self._figures()

    def describe(self) -> Iterable[Metric]:
        """Nothing: their names are known without a question to the database."""
        return []
