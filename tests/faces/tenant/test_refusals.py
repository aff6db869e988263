"""Do pages and programs learn of a refusal in the same way?"""

from admin.tenant.refusals import STATUSES as PAGES
from api.tenant.bearer import STATUSES as PROGRAMS


def test_a_refusal_has_one_status_whoever_asked() -> None:
    assert PROGRAMS.items() <= PAGES.items()
