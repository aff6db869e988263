"""How is what was received kept from those who only see the database?

Events of registrations carry names and keyed hashes of documents. A side whose peers send such events hands a cipher to its
inbox, and every event that is kept, applied or not, is kept encrypted.
"""

from typing import Protocol


class Cipher(Protocol):
    """What encrypts, and decrypts again; a `cryptography.fernet.MultiFernet` is one."""

    def encrypt(self, msg: bytes) -> bytes:
        """`msg` as it is stored."""

    def decrypt(self, msg: bytes) -> bytes:
        """What was stored, as it was."""


class Unsealed:
    """Keeps everything as it came, where no event names anybody."""

    def encrypt(self, msg: bytes) -> bytes:
        """`msg` itself."""
        return msg

    def decrypt(self, msg: bytes) -> bytes:
        """`msg` itself."""
        return msg


UNSEALED = Unsealed()
