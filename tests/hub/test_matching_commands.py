"""What can an operator have linked, and say by what?"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update

from federation.cli import main
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.linking.waiting import link_waiting
from federation.identity.matching.models import CandidateKey, ValueCount
from federation.identity.merging.acts import Act, ApartStanding
from federation.identity.merging.joining_late import join_late
from federation.identity.models import Link, PersonTotal, Registration
from federation.settings import Settings
from tests.hub.peers import AT, Hub, Told, registration
from tests.support.hub import hub_of


@pytest.fixture
def patient_hub(settings: Settings) -> Iterator[Hub]:
    """A hub that links nobody on arrival."""
    with hub_of(replace(settings, links_on_arrival=False)) as hub:
        yield hub


def run(*arguments: str, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == exit_code, done.output
    return done.output


def ouyang(key: str, *, version: int = 1) -> Told:
    return registration(key, name="欧阳若兰", birth_date="1987-11-23", phone="13912345678", version=version)


def people(hub: Hub) -> list[set[str]]:
    members: dict[str, set[str]] = {}
    for link in hub.rows(Link):
        members.setdefault(link.volunteer_id, set()).add(link.registration_id)
    return sorted(members.values(), key=min)


def events(hub: Hub, type: IdentityEventType) -> list[dict[str, object]]:
    return [json.loads(event.body) for event in hub.rows(IdentityEvent) if event.type == type]


def test_what_waits_comes_to_the_people_to_whom_it_would_have_come_at_once(patient_hub: Hub) -> None:
    hub = patient_hub
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(ouyang("r1"), registration("r2")),
        luohu.says(ouyang("r3")),
    )
    assert (people(hub), hub.told(futian)) == ([], {})
    for _ in range(2):
        run("link")
        assert people(hub) == [{"r1", "r3"}, {"r2"}]
    assert hub.told(futian).keys() == {"r1", "r2"}
    totals = [(total.district, total.registrations, total.persons) for total in hub.rows(PersonTotal)]
    assert totals == [("futian", 2, 2), ("luohu", 1, 0)]


def test_what_was_interrupted_goes_on_where_it_was_and_comes_to_the_same(patient_hub: Hub) -> None:
    hub = patient_hub
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(ouyang("r1"), registration("r2")), luohu.says(ouyang("r3"), registration("r4")))
    with hub.sessions.begin() as session:
        link_waiting(session, after="", limit=2, settings=hub.settings, at=AT, join_late=join_late)
    before = {link.registration_id: link.volunteer_id for link in hub.rows(Link)}
    assert before.keys() == {"r1", "r2"}
    assert "Every registration has its volunteer ID." in run("link")
    after = {link.registration_id: link.volunteer_id for link in hub.rows(Link)}
    assert after.items() >= before.items()
    assert people(hub) == [{"r1", "r3"}, {"r2", "r4"}]


def test_what_was_corrected_while_it_waited_is_linked_as_it_is_now(patient_hub: Hub) -> None:
    hub = patient_hub
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(luohu.says(ouyang("r1")), futian.says(registration("r2")), futian.says(ouyang("r2", version=2)))
    assert people(hub) == []
    run("link")
    assert people(hub) == [{"r1", "r2"}]


def test_what_an_earlier_version_linked_is_found_by_those_who_come_later(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(ouyang("r1")))
    with hub.sessions.begin() as session:
        session.execute(delete(CandidateKey))
        session.execute(delete(ValueCount))
        session.execute(update(Registration).values(keys_version=0))
    before = people(hub)
    run("link")
    assert people(hub) == before
    hub.hears(luohu.says(ouyang("r2")))
    assert people(hub) == [{"r1", "r2"}]


def test_other_thresholds_count_from_then_on_and_say_why(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    run("matching", "policy", "--auto-weight", "60", "--reason", "stewards first")
    hub.hears(futian.says(ouyang("r1")), luohu.says(ouyang("r2")))
    assert people(hub) == [{"r1"}, {"r2"}]
    [changed] = events(hub, IdentityEventType.POLICY_CHANGED)
    assert (changed["auto_weight"], changed["reason"]) == (60, "stewards first")
    assert "60" in run("matching", "show")


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [((), "Name a threshold"), (("--auto-weight", "-3"), "A contradiction weighs less")],
    ids=["none", "a machine before a steward"],
)
def test_thresholds_that_contradict_each_other_change_nothing(hub: Hub, thresholds: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(main, ["matching", "policy", *thresholds, "--reason", "a slip"])
    assert done.exit_code != 0
    assert said in done.output
    assert events(hub, IdentityEventType.POLICY_CHANGED) == []


def test_a_file_that_is_no_model_is_refused(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text("{}")
    done = CliRunner().invoke(main, ["matching", "use", str(file)])
    assert done.exit_code != 0
    assert "no model" in done.output
    assert events(hub, IdentityEventType.MODEL_CHOSEN) == []


def test_too_few_registrations_teach_nothing(hub: Hub, tmp_path: Path) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1"), registration("r2", name="李四", birth_date="1971-12-30")))
    done = CliRunner().invoke(main, ["matching", "learn", str(tmp_path / "model.json")])
    assert done.exit_code != 0
    assert "nothing to learn from" in done.output
    assert not (tmp_path / "model.json").exists()


def test_who_was_called_different_is_not_linked_also_where_both_come_at_once(patient_hub: Hub) -> None:
    hub = patient_hub
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(ouyang("r1")), luohu.says(ouyang("r2")))
    with hub.sessions.begin() as session:
        act = Act(session, by="lin", at=AT)
        act.keep_apart("r1", "r2", ApartStanding(by="lin", reason="two faces", since=AT))
        act.finish()
    run("link")
    assert people(hub) == [{"r1"}, {"r2"}]
