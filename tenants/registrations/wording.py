"""May these words be written down beside a registration?"""

from sync.documents import may_hold_number, normal_number
from tenants.errors import Invalid
from tenants.registrations.models import Registration
from tenants.settings import Settings


def refuse_number(words: str, registration: Registration, *, field: str, settings: Settings) -> None:
    """Raises `Invalid` about `field` where `words` may hold the number of a document, be it the registration's own."""
    held = registration.document_number
    own = normal_number(settings.field_cipher.decrypt(held).decode()) if held else None
    if may_hold_number(words) or (own and own in normal_number(words)):
        raise Invalid(
            "This seems to hold the number of a document, which stands nowhere but in its own field. Take it out; "
            "between other long numbers put a comma.",
            field=field,
        )
