"""Can Prometheus see how a district's streams are?"""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from tenants.app import create_app
from tenants.mailbox import open_streams
from tests.support.district import District

TOKEN = "a token of more than thirty-two characters"


def test_both_streams_are_in_figures(district: District) -> None:
    open_streams(district.session, "futian")
    district.submitted()
    settings = replace(district.settings, wire=replace(district.settings.wire, metrics_token=TOKEN))
    client = create_app(settings).test_client()
    assert client.get("/metrics").status_code == 401
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    shown = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert shown["banyan_stream_lag_events", "futian", "futian/up"] == 3
    assert shown["banyan_stream_cursor_events", "futian", "futian/down"] == 0
    assert shown["banyan_district_standing", "futian", "unheard"] == 1
    assert shown["banyan_quarantined_messages", "", ""] == 0
