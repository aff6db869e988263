"""How are numbers, times and volunteer IDs written for the one who reads?"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, get_timezone_name
from flask import Flask
from flask_babel import format_decimal, format_percent, get_locale, gettext, ngettext

SECONDS_PER_MINUTE = 60
MINUTES_PER_HOUR = 60


def register(app: Flask, time_zone: ZoneInfo) -> None:
    """Gives templates a filter for each way of writing; `moment` writes in `time_zone`."""
    app.jinja_env.filters.update(
        age=age,
        duration=duration,
        hours=hours,
        number=number,
        pause=pause,
        percent=percent,
        day=day,
        month=month,
        month_of_year=month_of_year,
        volunteer_id=volunteer_id,
        moment=lambda value: moment(value, time_zone),
        brief=lambda value: moment(value, time_zone, day="MMMd"),
    )
    app.jinja_env.globals["time_zone_name"] = lambda: get_timezone_name(time_zone, locale=get_locale(), width="long")


def number(value: float) -> str:
    """A number with its digits in groups."""
    return str(format_decimal(value))


def duration(minutes: int) -> str:
    """Minutes in words: 5 h 30 min."""
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    if not whole:
        return str(gettext("%(minutes)s min", minutes=rest))
    if not rest:
        return str(gettext("%(hours)s h", hours=number(whole)))
    return str(gettext("%(hours)s h %(minutes)s min", hours=number(whole), minutes=rest))


def pause(seconds: int) -> str:
    """How long somebody has to wait who tried too often, in whole minutes."""
    minutes = -(-seconds // SECONDS_PER_MINUTE)
    return str(
        ngettext("Too many attempts. Try again in %(num)s minute.", "Too many attempts. Try again in %(num)s minutes.", minutes)
    )


def percent(share: float) -> str:
    """A share from 0 to 1 in hundredths, to a tenth of one."""
    return str(format_percent(share, "0.#%"))


def age(value: datetime, now: datetime) -> str:
    """How long ago that was, in whole days."""
    days = (now - value).days
    if not days:
        return str(gettext("less than a day"))
    return str(ngettext("%(number)s day", "%(number)s days", days, number=number(days)))


def hours(minutes: int) -> str:
    """Minutes as whole hours, for sums of which nobody reads the rest; half an hour counts as one."""
    return number((minutes + MINUTES_PER_HOUR // 2) // MINUTES_PER_HOUR)


def day(value: date) -> str:
    """A date without a time: 22 Nov 2026."""
    return format_skeleton("yMMMd", value, locale=get_locale())


def month(value: str) -> str:
    """A month given as `YYYY-MM`: Nov 2026."""
    return format_skeleton("yMMM", date.fromisoformat(f"{value}-01"), locale=get_locale())


def month_of_year(value: str) -> str:
    """A month given as `YYYY-MM` beside others of its year: Nov."""
    return format_skeleton("MMM", date.fromisoformat(f"{value}-01"), locale=get_locale())


def volunteer_id(value: str) -> str:
    """A volunteer ID in the groups in which people read it aloud: 44 1234 5678 90 12."""
    return " ".join((value[:2], value[2:6], value[6:10], value[10:12], value[12:]))


def moment(value: datetime, time_zone: ZoneInfo, *, day: str = "yMMMd") -> str:
    """A moment to the minute: 22 Nov 2026, 14:02. `day` is the skeleton of its date (Unicode TR 35, part 4)."""
    locale = get_locale()
    written = [format_skeleton(skeleton, value, tzinfo=time_zone, locale=locale) for skeleton in ("Hm", day)]
    return str(locale.datetime_formats["medium"].format(*written))
