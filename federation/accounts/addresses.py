"""When are two ways to write a telephone number or an e-mail address the same?"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from federation.errors import Invalid

LONGEST_ADDRESS = 254
"""As long as an e-mail address can be (RFC 5321, section 4.5.3.1.3)."""

_NOISE = re.compile(r"[\s\-()]")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_ELSEWHERE = re.compile(r"(?:\+|00)([1-9]\d{6,14})")
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_SHOWN = 3


class AddressKind(StrEnum):
    """How a message travels."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True)
class Address:
    """A mobile number of the mainland (11 digits), one of elsewhere (`+` and digits), or an e-mail address in small letters."""

    kind: AddressKind
    value: str = field(repr=False)

    @property
    def worldwide(self) -> str:
        """As it is dialled, or written to, from anywhere: a telephone number in the form of E.164."""
        is_of_the_mainland = self.kind is AddressKind.PHONE and not self.value.startswith("+")
        return f"+86{self.value}" if is_of_the_mainland else self.value

    @property
    def masked(self) -> str:
        """Enough of it to know one's own by."""
        if self.kind is AddressKind.PHONE:
            return f"{self.value[:_SHOWN]}****{self.value[-4:]}"
        name, _, host = self.value.partition("@")
        return f"{name[:1]}***@{host}"


def read_address(written: str) -> Address | None:
    """What somebody typed, in one form; None where it is neither a telephone number nor an e-mail address."""
    plain = unicodedata.normalize("NFKC", written).strip()
    if "@" in plain:
        email = plain.lower()
        return Address(AddressKind.EMAIL, email) if len(email) <= LONGEST_ADDRESS and _EMAIL.fullmatch(email) else None
    digits = _NOISE.sub("", plain)
    if mobile := _MOBILE.fullmatch(digits):
        return Address(AddressKind.PHONE, mobile[1])
    elsewhere = _ELSEWHERE.fullmatch(digits)
    return Address(AddressKind.PHONE, f"+{elsewhere[1]}") if elsewhere else None


def address_of(written: str) -> Address:
    """The same; raises `Invalid`."""
    address = read_address(written)
    if address is None:
        raise Invalid(
            "Enter a mobile number, such as 139 1234 5678, or an e-mail address. A number from abroad begins with +.",
            field="address",
        )
    return address
