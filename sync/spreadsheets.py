"""How does text pass through a spreadsheet without becoming a formula?

A spreadsheet runs a cell that begins with one of these characters, whoever wrote it (OWASP, CSV injection). An apostrophe in
front keeps it text; what was guarded so is read back as it was. Both sides hand out tables with names that people chose,
and this floor is all that they share.
"""

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n")
_GUARD = "'"


def guarded(text: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return _GUARD + text if text.lstrip(_GUARD).startswith(_TRIGGERS) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith(_GUARD) and text.lstrip(_GUARD).startswith(_TRIGGERS) else text
