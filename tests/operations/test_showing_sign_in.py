"""Can whom the demo names claim a volunteer ID, and see hours in two districts by it?"""

import csv
from pathlib import Path

from demo.volunteer import volunteer
from sync.documents import DocumentKind, understand
from tests.support.district import NOW

REGISTERS = Path(__file__).parents[2] / "demo" / "registers"


def rows(name: str) -> list[list[str]]:
    encoding = "gb18030" if name.startswith("futian") else "utf-8-sig"
    with (REGISTERS / name).open(encoding=encoding, newline="") as register:
        return list(csv.reader(register))


def test_the_volunteer_is_known_by_document_and_telephone_alone_in_two_districts_and_has_hours_in_both() -> None:
    shown = volunteer()
    assert understand(DocumentKind.RESIDENT_ID, shown.document_number, today=NOW.date()).number == shown.document_number
    for district in ("futian", "nanshan"):
        [registered] = [row for row in rows(f"{district}/volunteers.csv") if {shown.document_number, shown.phone} & set(row)]
        assert {shown.name, shown.document_number, shown.phone} <= set(registered)
        certified = [
            row for row in rows(f"{district}/hours.csv") if registered[0] in row and {"已认证", "certified"} & set(row)
        ]
        assert len(certified) > 1
