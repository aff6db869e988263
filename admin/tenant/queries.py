"""How does a question stand in an address?"""

from flask_wtf import FlaskForm


class QueryForm(FlaskForm):
    """A form that changes nothing: it is sent by GET, can be shared as an address, and needs no token."""

    class Meta(FlaskForm.Meta):
        """What WTForms asks about the form."""

        csrf = False
