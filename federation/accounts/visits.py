"""From where does somebody ask?"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sync.origins import origin_of

_DEVICE_LENGTH = 36


@dataclass(frozen=True)
class Visit:
    """The address and the browser of a request; `device_key` is what the browser was given to be known again by, if it was."""

    address: str = ""
    user_agent: str = ""
    device_key: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What is written down of it."""
        return {"address": self.address, "user_agent": self.user_agent}

    @property
    def origin(self) -> str:
        """The network that it comes from."""
        return origin_of(self.address)

    @property
    def device(self) -> str | None:
        """By what attempts of this browser are counted: a hash of its key."""
        return f"device {sha256(self.device_key.encode()).hexdigest()[:_DEVICE_LENGTH]}" if self.device_key else None


TERMINAL = Visit()
"""That of a command, which no browser and no network brings."""
