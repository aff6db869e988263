"""How are settings shown without giving their secrets away?"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from rich.table import Table

_NONE = "-"


def settings_table(settings: Any) -> Table:
    """Each field of a dataclass of settings and of those within it; of one that its `repr` hides, whether it is set."""
    table = Table("Setting", "Value")
    for name, value in _values(settings):
        table.add_row(name, value)
    return table


def _values(settings: Any, within: str = "") -> Iterator[tuple[str, str]]:
    for one in fields(settings):
        name, value = f"{within}{one.name.replace('_', ' ')}", getattr(settings, one.name)
        if is_dataclass(value) and one.repr:
            yield from _values(value, f"{name}: ")
        else:
            yield name, _shown(value) if one.repr else _whether_set(value)


def _whether_set(secret: object) -> str:
    return _NONE if secret is None else "(set)"


def _shown(value: object) -> str:
    if value is None or value == ():
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
