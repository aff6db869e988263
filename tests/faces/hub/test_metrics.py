"""Can Prometheus see how all streams are, and nobody else?"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from federation.app import create_app
from federation.mailbox import evidence
from federation.settings import Settings
from sync import streams
from sync.running import counting  # noqa: F401 - the counters of `sync` are known as soon as they are made
from tests.hub.peers import AT, District, Hub, Told, hours, registration

ROOT = Path(__file__).parents[3]
TOKEN = "a token of more than thirty-two characters"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_url: str) -> str:
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return database_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A hub whose figures may be collected."""
    return replace(settings, wire=replace(settings.wire, metrics_token=TOKEN))


def collected(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_what_a_district_says_and_is_told_is_in_figures(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1", name="王小明"), hours("e1")), at=AT)
    root = hub.asked(evidence.sums, streams.up("futian")).root
    hub.hears(futian.lights_beacon(digest=root), at=AT)
    hub.hears(luohu.says(Told("signup.made.v1", "s1", 1, hours("e1").data)), luohu.lights_beacon(head=9), at=AT)
    hub.hears(futian.says(hours("e3"))[:-1], b"rubbish", District("longgang").says(hours("e1")), at=AT)
    shown = collected(client)
    here = ("futian", "futian/up")
    names = ("epoch", "head_events", "cursor_events", "lag_events", "differs", "recovering", "parked_events")
    assert [shown[f"banyan_stream_{name}", *here] for name in names] == [1, 2, 2, 0, 0, 0, 0]
    for name in ("as_of", "heard", "proven"):
        assert shown[f"banyan_stream_{name}_timestamp_seconds", *here] == AT.timestamp()
    assert shown["banyan_stream_lag_events", "luohu", "luohu/up"] == 8
    assert shown["banyan_stream_parked_events", "luohu", "luohu/up"] == 1
    assert shown["banyan_stream_lag_events", "futian", "futian/down"] == 1
    assert ("banyan_stream_proven_timestamp_seconds", "luohu", "luohu/up") not in shown
    assert (shown["banyan_quarantined_messages", *here], shown["banyan_quarantined_messages", "", ""]) == (1, 2)
    assert shown["banyan_district_key_since_timestamp_seconds", "futian"] == AT.timestamp()
    assert shown["banyan_district_standing", "luohu", "parked"] == 1
    assert shown["banyan_district_standing", "luohu", "equal"] == 0


def test_what_is_collected_names_nobody(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1", name="王小明", phone="13800138000")), at=AT)
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert not any(word in text for word in ("王小明", "13800138000", "r1"))


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer guess", f"Basic {TOKEN}"])
def test_without_the_token_nothing_is_shown(client: FlaskClient, sent: str | None) -> None:
    answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})
    assert (answer.status_code, "banyan_" in answer.text) == (401, False)


def test_without_a_token_in_the_settings_there_is_no_such_page(hub: Hub) -> None:
    app = create_app(replace(hub.settings, wire=replace(hub.settings.wire, metrics_token=None)))
    assert app.test_client().get("/metrics").status_code == 404


def test_every_figure_that_the_documents_name_is_there(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("futian")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text + generate_latest(REGISTRY).decode()
    there = {name for name in re.findall(r"^# TYPE (banyan_\w+)", text, re.M) if not name.endswith("_created")}
    named = set(re.findall(r"\bbanyan_[a-z]\w+", (ROOT / "docs" / "operating.md").read_text()))
    assert {name.removesuffix("_bucket") for name in named} == there
