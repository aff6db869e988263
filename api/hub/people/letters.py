"""In which words does the hub write to somebody?"""

from flask_babel import gettext

from api.hub.people.browser import browser
from federation.accounts.contacts.models import CODE_LIFETIME
from federation.accounts.sending.outbox import Letter

_MINUTES = int(CODE_LIFETIME.total_seconds()) // 60


def code_letter(code: str) -> Letter:
    """Brings a code."""
    text = gettext(
        "Your code is %(code)s. It is good for %(minutes)s minutes. Tell it to nobody: who asks you for it is not from us.",
        code=code,
        minutes=_MINUTES,
    )
    return Letter(
        topic="code", subject=gettext("Your code for volunteering in the city"), text=_signed(text), values={"code": code}
    )


def notice(what: str) -> Letter:
    """Tells that something happened to an account; `what` is a sentence in the reader's language."""
    advice = gettext("If that was not you, choose a new password at once, and look where you are signed in.")
    return Letter(
        topic="notice",
        subject=gettext("Your account for volunteering in the city"),
        text=_signed(f"{what} {advice}"),
        values={},
    )


def _signed(text: str) -> str:
    # The address comes from the settings: what a browser says of where it is may be anybody's.
    return "\n\n".join(filter(None, (text, browser.settings().joining.hub_url)))
