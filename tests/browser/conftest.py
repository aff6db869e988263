"""With which browser does a test look at pages?"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support import servers, web


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that the tests of a file share; started when the first of them asks.

    Not for the whole run: Playwright keeps an event loop running in the thread of the tests, and other files run theirs there.
    """
    try:
        with web.chromium() as browser:
            yield browser
    except servers.Missing as missing:
        servers.leave_out(str(missing))
