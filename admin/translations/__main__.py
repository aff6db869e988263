"""How do new texts of the pages get into the catalogues?"""

import ast
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[1]
SPEAKING = [FOLDER.parent, CHECKOUT / "api"]
REFUSING = [
    "api/hub/people",
    "tenants",
    "federation/accounts",
    "federation/people",
    "federation/sso",
    *(f"federation/identity/{room}" for room in ("asking", "auditing", "matching", "merging", "reviews", "stewarding")),
]
SENTENCE = re.compile(r"(?:[A-Z]|%\().* .*\.")
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def update() -> None:
    """Adds the texts that are new to each catalogue, takes out those that nobody says any more, and compiles it."""
    for source in FOLDER.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parents[1].name)
        catalogue.update(spoken(), no_fuzzy_matching=True)
        with source.open("wb") as file:
            write_po(file, catalogue, omit_header=True, sort_output=True, ignore_obsolete=True, width=128)
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
        missing = [message.id for message in catalogue if message.id and not message.string]
        print(f"{source}: {len(missing)} texts without a translation")  # noqa: T201 - this is a command


def spoken() -> Catalog:
    """Every text in the sources."""
    texts = Catalog()
    for package in SPEAKING:
        for _file, _line, text, _comments, context in extract_from_dir(package, METHODS, keywords=KEYWORDS):
            texts.add(text, context=context)
    for sentence in refusals():
        texts.add(sentence)
    return texts


def refusals() -> set[str]:
    """The sentences with which a district refuses something, or the hub a steward; pages translate them as they come.

    They stand in the sources as texts that begin with a capital letter, or with a value, and end with a full stop; those of
    commands are not shown on pages.
    """
    rooms = [CHECKOUT / room for room in REFUSING]
    sources = [path for room in rooms for path in room.rglob("*.py") if not path.name.endswith(("cli.py", "commands.py"))]
    nodes = [node for path in sources for node in ast.walk(ast.parse(path.read_text()))]
    not_said = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    not_said |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in not_said)
    return {text for text in texts if isinstance(text, str) and SENTENCE.fullmatch(text)}


if __name__ == "__main__":
    update()
