"""Which shapes does the code give to what travels?

    python -m tests.contracts.schemas

writes them into docs/asyncapi.yaml, in the place of those that stand there; everything before them is written by hand.
"""

import inspect
from pathlib import Path
from typing import Any

import msgspec
import yaml

from sync.contracts import CONTRACTS
from sync.mailbox.asking import Answer, LinesClaims, Question
from sync.messages import batch, message, signing
from sync.messages.batch import BatchClaims
from sync.messages.beacon import Beacon, Position
from sync.messages.envelope import Event
from sync.messages.message import StreamClaims

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"

HEADERS: dict[str, type[StreamClaims]] = {
    message.BATCH: BatchClaims,
    message.BEACON: StreamClaims,
    message.POSITION: StreamClaims,
    message.QUESTION: StreamClaims,
    message.ANSWER: StreamClaims,
    message.LINES: LinesClaims,
}
"""What the header of each kind of message says."""

_UNIONS = {"Question": Question, "Answer": Answer}
_BEGINNING = "\n  schemas:\n"
_REFERENCE = "#/components/schemas/{name}"


def schemas() -> dict[str, Any]:
    """Every schema of the document by name, in JSON Schema of draft 7, which is what AsyncAPI takes."""
    described = [Event, Beacon, Position, *_UNIONS.values(), *CONTRACTS.values()]
    references, components = msgspec.json.schema_components(described, ref_template=_REFERENCE)
    unions = {name: references[described.index(union)] for name, union in _UNIONS.items()}
    headers = {_header_name(kind): _header(kind, shape) for kind, shape in HEADERS.items()}
    found: dict[str, Any] = {name: _as_draft_7(schema) for name, schema in {**headers, **unions, **components}.items()}
    found["Event"]["allOf"] = [_data_of(name, shape) for name, shape in CONTRACTS.items()]
    found["Events"] = {"type": "array", "maxItems": batch.MAX_EVENTS, "items": _reference("Event")}
    return dict(sorted(found.items()))


def written_anew(text: str) -> str:
    """The document `text` with the schemas of today's code."""
    written = yaml.safe_dump({"schemas": schemas()}, allow_unicode=True, sort_keys=False, width=120)
    indented = "".join(f"  {line}" for line in written.splitlines(keepends=True))
    return text.partition(_BEGINNING)[0] + "\n" + indented


def _header_name(kind: str) -> str:
    return kind.removeprefix("banyan-").capitalize() + "Header"


def _header(kind: str, shape: type[StreamClaims]) -> dict[str, Any]:
    """The whole protected header: how it is signed, by whom, and the claims in `shape`."""
    _, components = msgspec.json.schema_components([shape])
    claims = components[shape.__name__]
    signed = {"alg": {"const": signing.ALGORITHM}, "kid": {"type": "string", "description": "RFC 7638 thumbprint"}}
    said = {"typ": {"const": kind}, "v": {"const": message.PROTOCOL_VERSION}}
    return {
        "title": _header_name(kind),
        "description": claims["description"],
        "type": "object",
        "properties": signed | claims["properties"] | said,
        "required": [*signed, *claims["required"]],
    }


def _data_of(event_type: str, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """An event of a type that is not known here may have any data: its reader parks it."""
    return {
        "if": {"properties": {"type": {"const": event_type}}},
        "then": {"properties": {"data": _reference(shape.__name__)}},
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=name)}


def _as_draft_7(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_as_draft_7(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _as_draft_7(value) for name, value in schema.items()}
    if "description" in told:
        told["description"] = " ".join(inspect.cleandoc(told["description"]).split())
    if "prefixItems" in told:
        told["items"] = told.pop("prefixItems")
    # AsyncAPI knows another kind of discriminator; the alternatives differ by the constant in `about` anyway.
    told.pop("discriminator", None)
    return told


if __name__ == "__main__":
    DOCUMENT.write_text(written_anew(DOCUMENT.read_text()))
