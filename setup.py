"""How do the translations get into what is installed?

Catalogues are kept as text (`.po`) and read in their compiled form (`.mo`); building or installing the project compiles them.
Everything else about the build is in pyproject.toml.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):
    """Compiles each catalogue, then collects modules and data as usual."""

    def run(self) -> None:
        """Writes the compiled form beside each text."""
        for text in Path(__file__).parent.glob("*/translations/*/LC_MESSAGES/*.po"):
            with text.open("rb") as source, text.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(source, locale=text.parents[1].name))
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
