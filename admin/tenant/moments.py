"""How does a form carry a moment?"""

from datetime import UTC, datetime
from typing import Any

from wtforms import DateTimeLocalField, HiddenField

from admin.tenant import desk


class HiddenMoment(HiddenField):
    """A moment exactly as it was put into the page."""

    data: Any  # a datetime once the form is valid

    def _value(self) -> str:
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads it; raises `ValueError`, which makes the form invalid."""
        moment = datetime.fromisoformat(valuelist[0]) if valuelist else None
        if moment and moment.tzinfo is None:
            raise ValueError("A moment without an offset is none.")
        try:
            self.data = moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("At the ends of the calendar UTC has no such moment.") from error


class LocalMoment(DateTimeLocalField):
    """A moment as clocks in the district show it, to the minute; `data` is aware."""

    data: Any  # a datetime once the form is valid

    def __init__(self, *args: Any, **options: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(*args, format=formats, tz=lambda: desk.settings().time_zone, **options)
