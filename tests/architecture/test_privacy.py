"""Does docs/privacy.md tell of everything that leaves a district, and for how long it is kept?"""

import re

import msgspec
import pytest

from federation.clients.models import Scope
from sync.contracts.hours import HourEntryState
from sync.contracts.registrations import RegistrationState
from tests.architecture.source import ROOT
from tests.architecture.tables import figures, quantity, quantity_in_code, table

TEXT = (ROOT / "docs" / "privacy.md").read_text()
FIGURES = figures(TEXT)


@pytest.mark.parametrize(
    ("heading", "contract"), [("of a registration", RegistrationState), ("of an hour entry", HourEntryState)]
)
def test_everything_that_leaves_a_district_is_told_of(heading: str, contract: type[msgspec.Struct]) -> None:
    told = {name for cells in table(TEXT, heading) for name in re.findall(r"\w+", cells[0])}
    assert told == set(contract.__struct_fields__)


def test_everything_that_a_sign_in_tells_is_told_of() -> None:
    assert {word for cells in table(TEXT, "asked for") for word in re.findall(r"\w+", cells[0])} == set(Scope)


@pytest.mark.parametrize(("what", "said", "name"), FIGURES, ids=[name for _, _, name in FIGURES])
def test_it_is_kept_as_long_as_the_code_keeps_it(what: str, said: str, name: str) -> None:
    assert quantity(said) == quantity_in_code(name), what


def test_there_are_figures() -> None:
    assert len(FIGURES) > 4
