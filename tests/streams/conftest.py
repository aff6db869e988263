"""On which carriers must the streams hold?"""

import pytest


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    """A bus of each kind in which nothing waits."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
