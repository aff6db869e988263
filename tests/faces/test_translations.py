"""Is every text of the pages there in every language?"""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from admin.translations.__main__ import FOLDER, spoken


def catalogue(source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=source.parents[1].name)


CATALOGUES = {source.parents[1].name: catalogue(source) for source in FOLDER.glob("*/LC_MESSAGES/*.po")}


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_text_is_without_a_translation(language: str) -> None:
    held = CATALOGUES[language]
    translated = {
        (message.id, message.context): all(message.string) if isinstance(message.string, tuple) else message.string
        for message in held
    }
    missing = [message.id for message in spoken() if message.id and not translated.get((message.id, message.context))]
    assert missing == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    wrong = [str(error) for message in CATALOGUES[language] if message.string for error in message.check(CATALOGUES[language])]
    assert wrong == []
