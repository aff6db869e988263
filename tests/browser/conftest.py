"""With which browser does a test look at pages?"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support import servers, web


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium that all tests of the run share; started when the first of them asks."""
    try:
        with web.chromium() as browser:
            yield browser
    except servers.Missing as missing:
        servers.leave_out(str(missing))
