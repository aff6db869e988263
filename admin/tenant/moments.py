"""How does a form carry a moment?"""

from datetime import datetime
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
        self.data = datetime.fromisoformat(valuelist[0]) if valuelist else None


class LocalMoment(DateTimeLocalField):
    """A moment as clocks in the district show it, to the minute; `data` is aware."""

    data: Any  # a datetime once the form is valid

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)

    def process_data(self, value: datetime | None) -> None:
        """Shows an aware moment in the district's zone."""
        super().process_data(value.astimezone(desk.settings().time_zone) if value else None)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads it; raises `ValueError`, which makes the form invalid."""
        super().process_formdata(valuelist)
        if self.data:
            self.data = self.data.replace(tzinfo=desk.settings().time_zone)
