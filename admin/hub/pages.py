"""Where does everybody read what the city's volunteers did?

All of it is sums without names of persons, so nobody has to sign in.
"""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext

from admin.exporting import csv_file
from admin.hub import figures
from admin.hub.figures import CityFigures, DistrictFigures
from admin.hub.series import Series
from admin.hub.wording import say
from federation.db import db
from federation.ledger.withholding import FEWEST_ENTRIES
from sync.databases.sqlite import READ_ONLY

blueprint = Blueprint("hub", __name__, template_folder="templates")


@blueprint.before_request
def only_read() -> None:
    """Nothing here writes, so no page waits for a district that is being followed at the same time."""
    db.session.connection(execution_options=READ_ONLY)


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """Templates say a standing by `say`, and know below how many entries a part is withheld."""
    return {"say": say, "fewest_entries": FEWEST_ENTRIES}


@blueprint.get("/")
def city() -> str:
    """All districts in one view."""
    shown, chosen = _city(), request.args.get("district")
    return render_template("hub/city.html", city=shown, series=shown.series_of(chosen), chosen=chosen)


@blueprint.get("/districts.csv")
def districts_file() -> Response:
    """The table of districts as a file."""
    headings = [
        gettext("Code"),
        gettext("District"),
        gettext("Registrations"),
        gettext("Entries"),
        gettext("Certified minutes"),
        gettext("As of"),
        gettext("Events behind"),
        gettext("Standing"),
    ]
    zone = current_app.config["SETTINGS"].time_zone
    rows = [
        (
            row.standing.district,
            row.standing.name,
            row.registrations,
            row.hours.entries,
            row.hours.minutes,
            row.standing.as_of and row.standing.as_of.astimezone(zone),
            row.standing.behind,
            say(row.standing).word,
        )
        for row in _city().rows
    ]
    return csv_file("districts", headings, rows)


@blueprint.get("/months.csv")
def months_file() -> Response:
    """The months as a file, of all districts or of one."""
    return csv_file("months", *_by_month(_city().series_of(request.args.get("district"))))


@blueprint.get("/districts/<code>")
def district(code: str) -> str:
    """One district."""
    return render_template("hub/district.html", shown=_district(code))


@blueprint.get("/districts/<code>/months.csv")
def district_months_file(code: str) -> Response:
    """A district's months as a file."""
    return csv_file(f"{code}-months", *_by_month(_district(code).series))


@blueprint.get("/districts/<code>/organizations.csv")
def district_organizations_file(code: str) -> Response:
    """A district's organizations as a file."""
    disclosed = _district(code).organizations
    headings = [gettext("Organization"), gettext("Entries"), gettext("Certified minutes")]
    rows = [(one.name or one.key, one.hours.entries, one.hours.minutes) for one in disclosed.shown]
    others = disclosed.together
    if others.keys:
        rows.append((gettext("All others"), others.hours.entries, others.hours.minutes))
    return csv_file(f"{code}-organizations", headings, rows)


def _city() -> CityFigures:
    return figures.of_city(db.session(), year=request.args.get("year"), at=datetime.now(UTC))


def _district(code: str) -> DistrictFigures:
    return figures.of_district(db.session(), code, at=datetime.now(UTC)) or abort(404)


def _by_month(series: Series) -> tuple[list[str], list[list[str | int | None]]]:
    headings = [
        gettext("Month"),
        *(gettext("Minutes in %(district)s", district=name) for name in series.names),
        gettext("Minutes"),
    ]
    columns = zip(series.months, *(line.values for line in series.lines), series.sums, strict=True)
    rows: list[list[str | int | None]] = [[month, *(hours and hours.minutes for hours in row)] for month, *row in columns]
    if series.rest.entries:
        rows.append([gettext("All others"), *(line.rest.minutes for line in series.lines), series.rest.minutes])
    return headings, rows
