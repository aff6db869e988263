"""What is known of somebody who says who they are?"""

from dataclasses import dataclass, field
from datetime import datetime

from sync.accounts import passwords
from sync.accounts.passwords import Checked


@dataclass(frozen=True)
class Attempt:
    """Somebody at `origin` says that they are `username`; `password_hash` is what their password has to fit."""

    username: str
    origin: str
    at: datetime
    password_hash: str = field(repr=False)

    def check(self, password: str) -> Checked:
        """Whether the password fits, without a look at the database. It takes equally long where there is no such account."""
        return passwords.check(self.password_hash, password)
