"""How do style sheets and scripts reach the browser?

From the program itself, out of installed packages and `static/`. They are few, so they are kept in memory, compressed once;
an address that carries the digest of what it names may be kept for ever.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Blueprint, Flask, abort, request, url_for
from werkzeug.wrappers import Response

_OURS = files("admin") / "static"
_BOOTSTRAP = files("flask_bootstrap") / "static" / "bootstrap5"
_SOURCES: dict[str, tuple[Traversable, str]] = {
    "bootstrap.css": (_BOOTSTRAP / "css" / "bootstrap.min.css", "text/css"),
    "banyan.css": (_OURS / "banyan.css", "text/css"),
    "banyan.js": (_OURS / "banyan.js", "text/javascript"),
    "desk.css": (_OURS / "desk.css", "text/css"),
    "desk.js": (_OURS / "desk.js", "text/javascript"),
    "passkeys.js": (_OURS / "passkeys.js", "text/javascript"),
    "review.js": (_OURS / "review.js", "text/javascript"),
    "slip.js": (_OURS / "slip.js", "text/javascript"),
    "banyan.svg": (_OURS / "banyan.svg", "image/svg+xml"),
}

blueprint = Blueprint("assets", __name__, url_prefix="/static")


def register(app: Flask) -> None:
    """Serves the files of `_SOURCES`; templates name them by `asset_url`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset_url"] = asset_url


def asset_url(name: str) -> str:
    """The address of an asset in its present form."""
    return url_for("assets.send", name=name, v=_load(name).digest)


@dataclass(frozen=True)
class _Asset:
    body: bytes
    compressed: bytes
    media_type: str
    digest: str


@cache
def _load(name: str) -> _Asset:
    source, media_type = _SOURCES[name]
    body = source.read_bytes()
    return _Asset(body, gzip.compress(body, mtime=0), media_type, hashlib.sha256(body).hexdigest()[:16])


@blueprint.get("/<name>")
def send(name: str) -> Response:
    """One asset, compressed where the browser takes that."""
    if name not in _SOURCES:
        abort(404)
    asset = _load(name)
    squeezed = request.accept_encodings.quality("gzip") > 0
    response = Response(asset.compressed if squeezed else asset.body, content_type=f"{asset.media_type}; charset=utf-8")
    if squeezed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(asset.digest, weak=True)
    if request.args.get("v") == asset.digest:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)
