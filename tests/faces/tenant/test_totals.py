"""Does everybody see the sums of what they may see, and no others?"""

from tenants.hours.certifying import certify
from tenants.organizations.arranging import root
from tenants.staff.models import Role
from tests.support.desk import at_desk, program
from tests.support.district import NOW, District


def test_the_first_page_and_the_api_count_within_one_s_organizations(district: District) -> None:
    community = district.organization("岗厦社区")
    certify(district.session, district.submitted(minutes=120), by="wang", at=NOW, settings=district.settings)
    district.submitted(hours_ago=15, organization=community)

    below = at_desk(district, "li", organization=community)
    below.get("/desk/")
    assert "Your organizations so far Registrations 0 Certified hours 0 in 0 entries Waiting 1" in below.text()
    above = at_desk(district, "wang", role=Role.VIEWER, organization=root(district.session))
    above.get("/desk/")
    assert "The district so far Registrations 1 Certified hours 2 in 1 entry Waiting 1" in above.text()

    sums = {"registrations": 0, "certified_entries": 0, "certified_minutes": 0, "waiting_entries": 1}
    assert program(district, "zhao", organization=community).get("/api/v1/totals").json == sums
