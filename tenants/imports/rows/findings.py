"""What should a person know about a row?

A finding is a code, an English sentence and its parameters, so that every face can say it in its own words. What it repeats of
the file is masked: an identity number never leaves the register's file, in whatever column it was typed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.documents import masked
from tenants.errors import Invalid
from tenants.imports.forms.cells import Cells, printable

_MASKED_FIELDS = {"document_number", "phone"}
# Fifteen digits and more, in whatever groups: no date, moment or telephone number has so many.
_LIKE_A_DOCUMENT = re.compile(r"(?:\d[\s\-]?){14,}[\dXx]")
# Passports and travel permits; where a register's own numbers stand, they may look the same.
_LIKE_A_TRAVEL_DOCUMENT = re.compile(r"\b[A-Za-z]{1,2}\d{7,10}\b")
_REGISTER_NUMBERS = {"local_number", "volunteer_number"}
_SHOWN_LENGTH = 80
_RECORD_LENGTH = 40


class Severity(StrEnum):
    """Whether a row stayed out, or entered with something to know about it."""

    REFUSED = "refused"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """Something about the row in `line`: `message` with `params` says it, `value` is what the file has, safe to show."""

    line: int
    record: str
    severity: Severity
    code: str
    field: str
    heading: str
    value: str
    message: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Group:
    """How often the same was found, with the first example."""

    count: int
    example: Finding


Translate = Callable[[str], str]


def words(finding: Finding, translate: Translate = str) -> str:
    """The finding as a sentence, of whose English form `translate` makes another language's."""
    message = translate(finding.message)
    return message % finding.params if finding.params else message


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """The findings by severity and code, refusals first and frequent ones first."""
    counts: Counter[tuple[Severity, str]] = Counter()
    examples: dict[tuple[Severity, str], Finding] = {}
    for finding in findings:
        counts[finding.severity, finding.code] += 1
        examples.setdefault((finding.severity, finding.code), finding)
    order = sorted(counts, key=lambda reason: (reason[0] is Severity.NOTICE, -counts[reason], reason[1]))
    return [Group(counts[reason], examples[reason]) for reason in order]


def refusal(cells: Cells, error: Invalid) -> Finding:
    """Why the row stays out."""
    return _finding(cells, Severity.REFUSED, error)


def notice(cells: Cells, about: Invalid) -> Finding:
    """Something odd about a row that enters, said as the refusal that it is not."""
    return _finding(cells, Severity.NOTICE, about)


def safe_to_show(written: str) -> str:
    """Text in which nothing can be an identity number, shortened."""
    plain = printable(unicodedata.normalize("NFKC", written)).strip()
    return _LIKE_A_DOCUMENT.sub(lambda found: masked(found[0]), plain)[:_SHOWN_LENGTH]


def _finding(cells: Cells, severity: Severity, error: Invalid) -> Finding:
    return Finding(
        line=cells.row.line,
        record=safe_to_show(cells.number)[:_RECORD_LENGTH],
        severity=severity,
        code=error.rule,
        field=error.field,
        heading=safe_to_show(cells.source.headings.get(error.field, "")),
        value=_shown(error.field, cells.written(error.field)),
        message=error.message,
        params={name: safe_to_show(str(value)) for name, value in error.values.items()},
    )


def _shown(field_name: str, written: str) -> str:
    if field_name in _MASKED_FIELDS and written.strip():
        return masked(printable(written).strip())
    shown = safe_to_show(written)
    return shown if field_name in _REGISTER_NUMBERS else _LIKE_A_TRAVEL_DOCUMENT.sub(lambda found: masked(found[0]), shown)
