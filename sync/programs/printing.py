"""How is a table printed so that nothing of it is lost?"""

from rich.console import Console, RenderableType
from rich.table import Table

_ENDLESS_COLUMNS = 10_000


def show(*printed: RenderableType) -> None:
    """Prints on standard output: on a terminal a word may be broken, and none is cut off; elsewhere a row is one line."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_ENDLESS_COLUMNS)
    for one in printed:
        if isinstance(one, Table):
            for column in one.columns:
                column.overflow = "fold"
        console.print(one)
