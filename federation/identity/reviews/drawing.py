"""What is looked at, to know how right the rest is?

Drawn by a hash, so that nobody chooses, and everybody who asks gets the same answer.
"""

from hashlib import sha256

SAMPLED_SHARE = 0.01
"""Of the links that machines made."""
SECONDED_SHARE = 0.05
"""Of the answers that stewards gave."""
AUDITED_SHARE = 0.2
"""Of the reviews of which many could be answered at once."""

_BYTES = 8
_OUTCOMES = 256.0**_BYTES


def is_sampled(registration_id: str) -> bool:
    """Whether a steward looks at the link that a machine made for this registration."""
    return _lot(f"sample {registration_id}") < SAMPLED_SHARE


def is_seconded(review_number: int) -> bool:
    """Whether somebody else is asked what was answered to the review with this number."""
    return _lot(f"second {review_number}") < SECONDED_SHARE


def is_audited(review_number: int) -> bool:
    """Whether a steward looks at the review with this number before others like it are answered at once."""
    return _lot(f"audit {review_number}") < AUDITED_SHARE


def _lot(text: str) -> float:
    """A number from 0 to 1 that only `text` decides."""
    return int.from_bytes(sha256(text.encode()).digest()[:_BYTES]) / _OUTCOMES
