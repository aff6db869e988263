"""What does an identity document's number prove, and how is it kept from everybody else?

Numbers of eighteen characters follow GB 11643-1999: six digits of region, eight of birth date, three of sequence (odd for men)
and an ISO 7064 MOD 11-2 check character. Residents have them, those from Hong Kong, Macao and Taiwan with a residence permit
(regions 81, 82 and 83), and since 2023 foreigners with a permanent residence card, whose numbers begin with 9. The region is
not checked: codes were abolished, old cards keep them, and a permit's says nothing of when or where its holder was born.
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
# On cards of fifteen digits these were for people of a hundred years and more, born in the century before.
_CENTENARIANS = range(996, 1000)
_PERMITS = ("810000", "820000", "830000")
_FOREIGNERS = "9"
# As many digits as an old card has, however they are spaced: a telephone, a date or a volunteer ID has fewer.
_LONG_NUMBER = re.compile(r"\d(?:[\s\-]*\d){14}")


class DocumentKind(StrEnum):
    """The kinds of identity document that volunteers register with."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAU_PERMIT = "hk_macau_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGNER_CARD = "foreigner_card"


_OF_EIGHTEEN = (DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT)


class DocumentFlaw(StrEnum):
    """Why a number that was given identifies nobody."""

    CHECK_DIGIT = "check_digit"
    IMPOSSIBLE_DATE = "impossible_date"
    CENTURY_UNKNOWN = "century_unknown"
    """The sequence of an old card says that its holder was born before 1900, or was written so by mistake."""
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Document:
    """An identity document as understood: `number` in canonical form, or the `flaw` for which it has none.

    `kind` is what the number says where it does, whatever was stated: one document must have one token in all districts.
    `birth_date` and `gender` (`M` or `F`) are what the number proves.
    """

    kind: DocumentKind
    number: str | None = None
    flaw: DocumentFlaw | None = None
    birth_date: date | None = None
    gender: str | None = None


def understand(kind: DocumentKind, written: str, *, today: date) -> Document:
    """The document behind a number as it was written, in whatever width, case and spacing."""
    number = normal_number(written)
    if kind in _OF_EIGHTEEN or (kind is DocumentKind.FOREIGNER_CARD and _RESIDENT_ID.fullmatch(number)):
        return _understand_eighteen(kind, number, today)
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


def normal_number(written: str) -> str:
    """What was written, in half width and capitals without spaces and dashes."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", written)).upper()


def may_hold_number(words: str) -> bool:
    """Whether somebody may have written a resident's number into a text, or two shorter numbers with nothing between."""
    return _LONG_NUMBER.search(unicodedata.normalize("NFKC", words)) is not None


def masked(number: str) -> str:
    """A number for the screen: its first and its last two characters."""
    return f"{number[:1]}{'*' * max(len(number) - 3, 1)}{number[-2:]}"


def _understand_eighteen(stated: DocumentKind, number: str, today: date) -> Document:
    if _LEGACY_RESIDENT_ID.fullmatch(number):
        if int(number[-3:]) in _CENTENARIANS:
            return Document(stated, flaw=DocumentFlaw.CENTURY_UNKNOWN)
        unchecked = f"{number[:6]}{_LEGACY_CENTURY}{number[6:]}0"
        number = unchecked[:-1] + ric.calc_check_digit(unchecked)
    if not _RESIDENT_ID.fullmatch(number):
        return Document(stated, flaw=DocumentFlaw.MALFORMED)
    if ric.calc_check_digit(number) != number[-1]:
        return Document(stated, flaw=DocumentFlaw.CHECK_DIGIT)
    birth_date = _birth_date(number)
    if birth_date is None or birth_date > today:
        return Document(stated, flaw=DocumentFlaw.IMPOSSIBLE_DATE)
    if number.startswith(_FOREIGNERS):
        # Its rule promises the check character and the birth date of a resident's number, and no gender.
        return Document(DocumentKind.FOREIGNER_CARD, number=number, birth_date=birth_date)
    kind = DocumentKind.RESIDENCE_PERMIT if number.startswith(_PERMITS) else DocumentKind.RESIDENT_ID
    return Document(kind, number=number, birth_date=birth_date, gender="M" if int(number[16]) % 2 else "F")


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
