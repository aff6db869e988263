"""Which form has what shows how far the two ends of a stream are alike?"""

from marshmallow import Schema, fields

from sync.messages.beacon import Verdict


def _said(words: str) -> dict[str, str]:
    return {"description": words}


def _moment(words: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, allow_none=True, metadata=_said(words))


def _verdict(words: str) -> fields.String:
    return fields.String(required=True, allow_none=True, metadata={**_said(words), "enum": [*map(str, Verdict), None]})


class _StreamSchema(Schema):
    stream = fields.String(required=True)
    epoch = fields.Integer(required=True, metadata=_said("its incarnation; each loss that was made good begins a new one"))
    hash = fields.String(required=True, metadata=_said("of the history up to `sequence`, in hexadecimal"))


class ReadingSchema(_StreamSchema):
    """A stream that is read here."""

    sequence = fields.Integer(required=True, metadata=_said("the last event that was taken"))
    head_sequence = fields.Integer(required=True, metadata=_said("the last event that was recorded, as far as its writer said"))
    behind = fields.Integer(required=True, metadata=_said("the difference of these two"))
    fence = fields.Integer(required=True, metadata=_said("nothing is taken from this epoch and those before it"))
    recovering = fields.Boolean(required=True, metadata=_said("whether its writer is asking for what it lost"))
    verdict = _verdict("what this side last said of what came")
    wish = _verdict("what the next beacon is answered with")
    as_of = _moment("up to when everything is here")
    heard_at = _moment("when its writer was last heard of")
    proven_at = _moment("when the records of both ends were last compared and equal")
    differs_since = _moment("since when they are not")
    differing = fields.List(
        fields.Tuple((fields.String(), fields.Integer())),
        required=True,
        metadata=_said("kind and number of buckets that differ"),
    )
    parked = fields.Integer(required=True, metadata=_said("events that wait for a person"))


class WritingSchema(_StreamSchema):
    """A stream that is written here."""

    sequence = fields.Integer(required=True, metadata=_said("the last event that was recorded"))
    peer_sequence = fields.Integer(required=True, metadata=_said("the last of them that its reader has confirmed"))
    waiting = fields.Integer(required=True, metadata=_said("the difference of these two"))
    peer_verdict = _verdict("what its reader said last")
    peer_heard_at = _moment("when its reader last answered")
    gaps = fields.Integer(required=True, metadata=_said("how often its reader noticed a hole"))
    rewinds = fields.Integer(required=True, metadata=_said("how often something was sent again"))
    recovery = fields.String(
        required=True, allow_none=True, metadata=_said("what is under way: `locating`, `fetching` or `comparing`")
    )
    compared_at = _moment("when the records were last compared from here")


class KindSumSchema(Schema):
    """Records of one kind."""

    kind = fields.String(required=True)
    records = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


class SumsSchema(Schema):
    """What the records of a stream add up to at this end."""

    root = fields.String(required=True, metadata=_said("where both ends have the same, they hold the same records"))
    kinds = fields.List(fields.Nested(KindSumSchema), required=True)


class ParkedSchema(Schema):
    """An event that waits for a person, without what it says."""

    epoch = fields.Integer(required=True)
    sequence = fields.Integer(required=True)
    type = fields.String(required=True)
    record_key = fields.String(required=True)
    reason = fields.String(required=True)
    parked_at = fields.AwareDateTime(required=True)


class RefusedSchema(Schema):
    """A message that was refused unread, without its bytes."""

    claimed_stream = fields.String(required=True, allow_none=True, metadata=_said("what it said of itself"))
    code = fields.String(required=True)
    detail = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    received_at = fields.AwareDateTime(required=True)


class HeldSchema(Schema):
    """What waits for a person, and what was refused; the oldest of the one, the newest of the other."""

    parked = fields.List(fields.Nested(ParkedSchema), required=True)
    refused = fields.List(fields.Nested(RefusedSchema), required=True)


class RetriedSchema(Schema):
    """What became of parked events that were applied again."""

    went_through = fields.Integer(required=True, metadata=_said("events that are applied now"))
