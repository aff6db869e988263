"""How do new texts of the pages get into the catalogues?"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent
SPEAKING = [FOLDER.parent, FOLDER.parents[1] / "api"]
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
        for _file, _line, text, _comments, context in extract_from_dir(package, METHODS):
            texts.add(text, context=context)
    return texts


if __name__ == "__main__":
    update()
