"""Under what name does a register record what it says?"""

_BEFORE, _AFTER = "import (", ")"


def recorder(actor: str) -> str:
    """Who brought what a register says that `actor` imported: never a certifier, who stands by it."""
    return f"{_BEFORE}{actor}{_AFTER}"


def importer(name: str) -> str | None:
    """Who imported what `name` recorded; None where that was no register."""
    if not (name.startswith(_BEFORE) and name.endswith(_AFTER)):
        return None
    return name.removeprefix(_BEFORE).removesuffix(_AFTER)
