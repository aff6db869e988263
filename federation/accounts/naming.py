"""What is somebody called who has an account?"""

from federation.accounts.models import Account
from federation.errors import Invalid
from federation.settings import Settings
from sync.accounts.usernames import LONGEST_NAME


def name_of(account: Account, settings: Settings) -> str:
    """The person's name."""
    return settings.field_cipher.decrypt(account.sealed_name).decode() if account.sealed_name else account.name


def seal_name(name: str, settings: Settings) -> bytes:
    """A volunteer's name as it is kept; raises `Invalid`."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid("Give your name in at most %(most)s characters.", field="name", most=LONGEST_NAME)
    return settings.field_cipher.encrypt(name.strip().encode())
