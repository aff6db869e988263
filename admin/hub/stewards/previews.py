"""What does a steward see before persons become one, or part?"""

from flask import render_template
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, Optional

from admin.hub.stewards import refusals
from federation.db import db
from federation.directory.naming import names
from federation.errors import FederationError
from federation.identity.merging.previewing import Preview
from federation.ledger.totals import of_registrations

LONGEST_REASON = 500


class ConfirmationForm(FlaskForm):
    """That somebody has seen what changes, and wants it; what the page does not show is sent along hidden."""

    reason = StringField(lazy_gettext("Reason, without names"), [Optional(), Length(max=LONGEST_REASON)])
    despite_documents = BooleanField(lazy_gettext("I know that they name two different identity numbers."))
    confirmed = HiddenField()


def preview_page(
    preview: Preview,
    form: ConfirmationForm,
    *,
    heading: str,
    word: str,
    action: str,
    back: str,
    is_blocked: bool = False,
    refusal: FederationError | None = None,
) -> refusals.Answer:
    """What would change, with a button `word` that does it at `action`, unless it `is_blocked`; and the way `back`."""
    if refusal:
        refusals.put_into(form, refusal)
    page = render_template(
        "hub/stewards/preview.html",
        preview=preview,
        form=form,
        heading=heading,
        word=word,
        action=action,
        back=back,
        is_blocked=is_blocked,
        hours=of_registrations(db.session(), [move.registration_id for move in preview.moves]),
        district_names=names(db.session()),
    )
    return refusals.answer(page, refusal) if refusal else (page, 200)
