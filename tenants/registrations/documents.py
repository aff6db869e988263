"""What does an identity document's number prove, and how is it kept from everybody else?

Resident identity numbers follow GB 11643-1999: six digits of region, eight of birth date, three of sequence (odd for men) and
an ISO 7064 MOD 11-2 check character. The region is not checked: codes were abolished, and old cards keep them.
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from stdnum.cn import ric

_RESIDENT_ID = re.compile(r"\d{17}[\dX]")
_LEGACY_RESIDENT_ID = re.compile(r"\d{15}")
_HK_MACAU_PERMIT = re.compile(r"([HM]\d{8})(\d{2})?")
_OTHER_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
_LEGACY_CENTURY = "19"


class DocumentKind(StrEnum):
    """The kinds of identity document that volunteers register with."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAU_PERMIT = "hk_macau_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGNER_CARD = "foreigner_card"


class DocumentFlaw(StrEnum):
    """Why a number that was given identifies nobody."""

    CHECK_DIGIT = "check_digit"
    IMPOSSIBLE_DATE = "impossible_date"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Document:
    """An identity document as understood: `number` in canonical form, or the `flaw` for which it has none.

    `birth_date` and `gender` (`M` or `F`) are what a resident identity number proves.
    """

    kind: DocumentKind
    number: str | None = None
    flaw: DocumentFlaw | None = None
    birth_date: date | None = None
    gender: str | None = None


def understand(kind: DocumentKind, written: str, *, today: date) -> Document:
    """The document behind a number as it was written, in whatever width, case and spacing."""
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", written)).upper()
    if kind in (DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT):
        return _understand_resident_id(kind, number, today)
    if kind is DocumentKind.HK_MACAU_PERMIT:
        permit = _HK_MACAU_PERMIT.fullmatch(number)
        # The last two digits count renewals; the nine characters before them stay with the holder.
        return Document(kind, number=permit[1]) if permit else Document(kind, flaw=DocumentFlaw.MALFORMED)
    return Document(kind, number=number) if _OTHER_NUMBER.fullmatch(number) else Document(kind, flaw=DocumentFlaw.MALFORMED)


def token(document: Document, key: bytes, *, key_version: int) -> str:
    """The document's keyed hash, 64 hexadecimal digits: HMAC-SHA-256 over `version|kind|number`.

    Numbers can be enumerated (about 2³⁶ of them), so only a keyed hash keeps them secret.
    """
    return hmac.new(key, f"{key_version}|{document.kind}|{document.number}".encode(), sha256).hexdigest()


def masked(number: str) -> str:
    """A number for the screen: its first and its last two characters."""
    return f"{number[:1]}{'*' * max(len(number) - 3, 1)}{number[-2:]}"


def _understand_resident_id(kind: DocumentKind, number: str, today: date) -> Document:
    if _LEGACY_RESIDENT_ID.fullmatch(number):
        unchecked = f"{number[:6]}{_LEGACY_CENTURY}{number[6:]}0"
        number = unchecked[:-1] + ric.calc_check_digit(unchecked)
    if not _RESIDENT_ID.fullmatch(number):
        return Document(kind, flaw=DocumentFlaw.MALFORMED)
    if ric.calc_check_digit(number) != number[-1]:
        return Document(kind, flaw=DocumentFlaw.CHECK_DIGIT)
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Document(kind, flaw=DocumentFlaw.IMPOSSIBLE_DATE)
    if birth_date > today:
        return Document(kind, flaw=DocumentFlaw.IMPOSSIBLE_DATE)
    gender = "M" if int(number[16]) % 2 else "F"
    return Document(kind, number=number, birth_date=birth_date, gender=gender)
