"""How does a question stand in an address?"""

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

# More than anybody turns over, and a number that every database takes.
MOST_PAGES = 1_000_000


class QueryForm(FlaskForm):
    """A form that changes nothing: it is sent by GET, can be shared as an address, and needs no token."""

    class Meta(FlaskForm.Meta):
        """What WTForms asks about the form."""

        csrf = False


class PageForm(QueryForm):
    """Which page of a list, from 1."""

    page = IntegerField(default=1, filters=[lambda page: page or 1], validators=[Optional(), NumberRange(1, MOST_PAGES)])
