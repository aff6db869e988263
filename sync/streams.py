"""Which streams are there, and who writes and who reads each?

Every district has one stream up, which it writes and the hub reads, and one stream down, the other way round.
"""

import re

HUB = "hub"
DISTRICT_CODE_FORM = "2 to 40 small letters, digits and dashes, a letter first, and not hub"
_DISTRICT_CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
_UP = "up"
_DOWN = "down"


def up(district: str) -> str:
    """The stream that `district` writes."""
    return f"{district}/{_UP}"


def down(district: str) -> str:
    """The stream that the hub writes for `district`."""
    return f"{district}/{_DOWN}"


def district_of(stream: str) -> str:
    """The district at one end of `stream`; the hub is at the other."""
    return stream.partition("/")[0]


def writer_of(stream: str) -> str:
    """Who may add to `stream`: a district's code, or `HUB`."""
    return district_of(stream) if stream.endswith(f"/{_UP}") else HUB


def reader_of(stream: str) -> str:
    """Who follows `stream`: a district's code, or `HUB`."""
    return HUB if stream.endswith(f"/{_UP}") else district_of(stream)


def is_district_code(name: str) -> bool:
    """Whether a district can be called so: `DISTRICT_CODE_FORM`."""
    return name != HUB and _DISTRICT_CODE.fullmatch(name) is not None


def is_stream(name: str) -> bool:
    """Whether `name` has the form of a stream id."""
    district, _, direction = name.partition("/")
    return bool(district) and direction in (_UP, _DOWN)
