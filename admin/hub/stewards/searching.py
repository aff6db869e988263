"""Which volunteer ID did somebody type?"""

import re
from typing import Any

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from admin.queries import QueryForm
from federation.identity.volunteer_ids import is_volunteer_id

NO_ID = lazy_gettext("That is no volunteer ID. It has 14 digits; check them.")


def without_spaces(typed: str | None) -> str:
    """What was typed, without the spaces and dashes with which people group digits."""
    return re.sub(r"[\s-]", "", typed or "")


def require_volunteer_id(_form: Any, field: Any) -> None:
    """A validator."""
    if not is_volunteer_id(field.data):
        raise ValidationError(NO_ID)


class SearchForm(QueryForm):
    """The ID of a person, or one that they had."""

    volunteer_id = StringField(
        lazy_gettext("Volunteer ID"),
        [InputRequired(lazy_gettext("Enter a volunteer ID.")), require_volunteer_id],
        filters=[without_spaces],
    )
