"""What do programs learn about the whole city?"""

from typing import Any

from api.hub.reading import STATUSES, only_read
from api.hub.schemas import CitySchema
from api.problems import ProblemBlueprint
from federation.db import db
from federation.directory.standing import standings
from federation.ledger import totals

city = ProblemBlueprint("city", __name__, url_prefix="/api/v1/city", description="The whole city.", statuses=STATUSES)
city.before_request(only_read)


@city.get("")
@city.response(200, CitySchema)
def read_city() -> dict[str, Any]:
    """All districts together."""
    sums = totals.city(db.session())
    known = standings(db.session())
    return {
        "people": sums.people,
        "registrations": sums.registrations,
        "entries": sums.hours.entries,
        "minutes": sums.hours.minutes,
        "districts": len(known),
        "equal_districts": sum(one.equal for one in known),
        "as_of": min((one.as_of for one in known if one.as_of), default=None),
    }
