"""With which names does somebody sign in?"""

import re

LONGEST_USERNAME = 40
LONGEST_NAME = 80
USERNAME_FORM = (
    f"up to {LONGEST_USERNAME} small letters, digits, dots, dashes, underscores and at-signs, a letter or digit first"
)

# In capitals and small letters, or with a space at its end, one name would look like another in a history.
_USERNAME = re.compile(rf"[a-z0-9][a-z0-9._@-]{{0,{LONGEST_USERNAME - 1}}}")


def is_username(text: str) -> bool:
    """Whether a new account may have this name; `USERNAME_FORM` says it in words."""
    return _USERNAME.fullmatch(text) is not None


def searchable(username: str) -> str:
    """The name, or none where no account can have it: not every database takes what somebody may send."""
    return username if len(username) <= LONGEST_USERNAME and username.isprintable() else ""
