"""Is one person known by one volunteer ID, and are two persons known by two?"""

import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from sqlalchemy import text

from federation.directory.keys import DistrictKeys
from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.matching.deciding import ReviewKind
from federation.identity.models import Link, LinkReason, Registration, Volunteer
from federation.identity.persons.sealing import unseal
from federation.identity.reviews.models import Review
from federation.mailbox import ParkedRecord
from sync import streams
from sync.contracts.registrations import REGISTRATION_RECORDED, DocumentToken, RegistrationState
from tests.hub.peers import AT, District, Hub, Told, new_id, registration
from tests.support.waiting import eventually

ALIKE: dict[str, Any] = {"name": "欧阳若兰", "birth_date": "1987-11-23", "phone": "13912345678"}


def ids(hub: Hub) -> dict[str, str]:
    return {link.registration_id: link.volunteer_id for link in hub.rows(Link)}


def reviews(hub: Hub) -> dict[frozenset[str | None], ReviewKind]:
    """What stewards are asked, by the registrations in question."""
    return {frozenset((review.registration_id, review.other_registration_id)): review.kind for review in hub.rows(Review)}


def reasons(hub: Hub) -> dict[str, LinkReason]:
    return {link.registration_id: link.reason for link in hub.rows(Link)}


@pytest.mark.parametrize(
    ("name", "birth_date"),
    [
        ("王小明", "1990-05-01"),
        ("王小明", "1990-01-05"),
        ("王晓明", "1990-01-05"),
        ("王 小明", None),
        ("李四", "1990-05-01"),
    ],
    ids=["everything agrees", "the name agrees", "the reading of the name agrees", "spaces aside", "the birth date agrees"],
)
def test_a_document_and_a_field_that_agrees_make_one_person(hub: Hub, name: str, birth_date: str | None) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("r1", document="D")),
        luohu.says(registration("r2", document="D", name=name, birth_date=birth_date)),
    )
    assert hub.told(futian)["r1"] == hub.told(luohu)["r2"]
    assert reasons(hub) == {"r1": LinkReason.FIRST, "r2": LinkReason.DOCUMENT}
    assert len(hub.rows(Volunteer)) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("曾小明", "增小明"), ("单于明", "蝉于明"), ("单明", "山明"), ("Ａnna·李", "anna 李")]
)
def test_a_name_is_read_as_a_name(hub: Hub, one: str, other: str) -> None:
    [futian] = hub.enrol("futian")
    told = [registration(key, document="D", name=name, birth_date=None) for key, name in (("r1", one), ("r2", other))]
    hub.hears(futian.says(*told))
    assert len(set(ids(hub).values())) == 1


def test_somebody_elses_document_makes_no_person_of_two(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("r1", document="D")),
        luohu.says(registration("r2", document="D", name="李四", birth_date="1971-12-30")),
    )
    assert hub.told(futian)["r1"] != hub.told(luohu)["r2"]
    assert reasons(hub)["r2"] == LinkReason.PROVISIONAL
    assert reviews(hub) == {frozenset(("r1", "r2")): ReviewKind.MISTYPED}


def test_what_is_missing_agrees_with_nothing(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    told = [registration(key, document="D", name=name, birth_date=None) for key, name in (("r1", "王小明"), ("r2", "李四"))]
    hub.hears(futian.says(*told))
    assert len(set(ids(hub).values())) == 2


def test_who_is_very_much_like_somebody_in_another_district_is_that_person(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1", **ALIKE)), luohu.says(registration("r2", **ALIKE)))
    assert hub.told(futian)["r1"] == hub.told(luohu)["r2"]
    assert reasons(hub)["r2"] == LinkReason.LIKENESS
    assert reviews(hub) == {}


def test_who_is_only_rather_like_somebody_waits_for_a_steward_under_an_id_of_their_own(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("r1", name="欧阳若兰", birth_date="1987-11-23")),
        luohu.says(registration("r2", name="欧阳若岚", birth_date="1987-03-05")),
    )
    assert hub.told(futian)["r1"] != hub.told(luohu)["r2"]
    assert reasons(hub)["r2"] == LinkReason.PROVISIONAL
    assert reviews(hub) == {frozenset(("r1", "r2")): ReviewKind.POSSIBLE}


def test_twins_are_two_persons_until_a_steward_says_otherwise(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    shared: dict[str, Any] = {"birth_date": "2006-02-14", "phone": "13912345678"}
    hub.hears(
        futian.says(registration("r1", name="陈思远", **shared)),
        luohu.says(registration("r2", name="陈思宁", **shared)),
    )
    assert hub.told(futian)["r1"] != hub.told(luohu)["r2"]
    assert reviews(hub) == {frozenset(("r1", "r2")): ReviewKind.TWINS}


def test_two_resident_identity_numbers_are_two_persons_however_much_else_agrees(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1", document="D", **ALIKE)), luohu.says(registration("r2", document="E", **ALIKE)))
    assert hub.told(futian)["r1"] != hub.told(luohu)["r2"]
    assert reviews(hub) == {frozenset(("r1", "r2")): ReviewKind.CONFLICT}


def test_whoever_seems_to_be_in_one_district_twice_is_asked_about(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1", **ALIKE), registration("r2", **ALIKE)))
    assert len(set(ids(hub).values())) == 2
    assert reviews(hub) == {frozenset(("r1", "r2")): ReviewKind.DOUBLE}


def test_a_telephone_that_many_share_says_nothing(hub: Hub) -> None:
    districts = hub.enrol(*(f"d{number}" for number in range(10)))
    names = ["赵一鸣", "钱二宝", "孙三立", "李四光", "周五常", "吴六奇", "郑七夕", "冯八斗", "陈九如", "褚十方"]
    born = [f"19{number}1-0{number + 1}-15" for number in range(9)] + ["2001-01-15"]
    hub.hears(
        *(
            district.says(registration(f"r{number}", name=name, birth_date=day, phone="13800138000"))
            for number, (district, name, day) in enumerate(zip(districts, names, born, strict=True))
        )
    )
    assert len(set(ids(hub).values())) == len(names)


def test_where_more_share_something_than_can_be_compared_a_steward_looks(hub: Hub) -> None:
    districts = hub.enrol(*(f"d{number}" for number in range(4)))
    with hub.sessions.begin() as session:
        change_policy(session, by="root", reason="few can be compared", at=AT, most_candidates=2)
    for number, district in enumerate(districts):
        hub.hears(district.says(registration(f"r{number}", name="张伟", birth_date=f"1990-0{number + 1}-05")))
    assert reasons(hub)["r3"] == LinkReason.PROVISIONAL
    assert reviews(hub)[frozenset(("r3", None))] == ReviewKind.CROWDED


def test_who_is_like_two_persons_about_equally_is_asked_about_for_each(hub: Hub) -> None:
    futian, luohu, nanshan = hub.enrol("futian", "luohu", "nanshan")
    hub.hears(
        futian.says(registration("r1", document="D", **ALIKE)),
        luohu.says(registration("r2", document="E", **ALIKE)),
        nanshan.says(registration("r3", **ALIKE)),
    )
    assert len(set(ids(hub).values())) == 3
    asked = reviews(hub)
    assert asked[frozenset(("r1", "r3"))] == asked[frozenset(("r2", "r3"))] == ReviewKind.MERGE


def test_who_is_like_one_of_a_person_and_contradicts_another_joins_nobody(hub: Hub) -> None:
    futian, luohu, nanshan = hub.enrol("futian", "luohu", "nanshan")
    hub.hears(
        futian.says(registration("r1", document="D", name="李四", birth_date="1987-03-05")),
        luohu.says(registration("r2", document="D", **ALIKE | {"birth_date": "1987-03-05"})),
        nanshan.says(registration("r3", **ALIKE)),
    )
    linked = ids(hub)
    assert linked["r1"] == linked["r2"] != linked["r3"]
    assert reviews(hub) == {frozenset(("r2", "r3")): ReviewKind.MERGE}


def test_a_machine_lets_nobody_have_more_than_six_registrations(hub: Hub) -> None:
    for number, district in enumerate(hub.enrol(*(f"d{number}" for number in range(7)))):
        hub.hears(district.says(registration(f"r{number}", **ALIKE)))
    linked = ids(hub)
    seventh = linked.pop("r6")
    assert len(set(linked.values())) == 1
    assert seventh not in linked.values()
    [(asked, kind)] = reviews(hub).items()
    assert "r6" in asked
    assert kind == ReviewKind.MERGE


def test_one_of_several_documents_is_enough(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    first, second = registration("r1", document="passport").data, registration("r2", document="resident id").data
    assert isinstance(first, RegistrationState)
    assert isinstance(second, RegistrationState)
    both = RegistrationState(
        registration_id="r3",
        organization_id="o1",
        name="王小明",
        registered_on="2020-01-01",
        documents=first.documents + second.documents,
    )
    hub.hears(futian.says(registration("r1", document="passport")), luohu.says(Told(REGISTRATION_RECORDED, "r3", 1, both)))
    assert hub.told(futian)["r1"] == hub.told(luohu)["r3"]


def test_a_batch_is_linked_as_its_registrations_would_be_one_by_one(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(
        futian.says(
            registration("r1", document="D"),
            registration("r2", document="E"),
            registration("r3", document="D", name="王晓明"),
            registration("r4", document="E", name="李四", birth_date="1971-12-30"),
        )
    )
    linked = ids(hub)
    assert linked["r1"] == linked["r3"]
    assert len({linked["r1"], linked["r2"], linked["r4"]}) == 3


def test_many_at_once_are_linked_as_they_would_be_one_by_one(hub: Hub) -> None:
    people: list[tuple[str, tuple[str, str | None]]]
    people = [(f"D{number // 2}", (chr(0x4E00 + number // 2), f"{1950 + number // 2}-03-04")) for number in range(40)]
    at_once, one_by_one = (partition(hub, people, range(40), together=together) for together in (True, False))
    assert at_once == one_by_one == {frozenset((number, number + 1)) for number in range(0, 40, 2)}


def test_of_two_persons_with_its_document_a_registration_joins_the_one_with_whom_more_agrees(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        luohu.says(registration("r1", document="D", name="李四", birth_date="1990-05-01")),
        futian.says(
            registration("r2", document="D", name="王小明", birth_date="1971-12-30"),
            registration("r3", document="D", name="王小明", birth_date="1990-05-01"),
        ),
    )
    linked = ids(hub)
    assert linked["r3"] == linked["r2"] != linked["r1"]
    assert reviews(hub)[frozenset(("r3", "r1"))] == ReviewKind.MERGE


PEOPLE = st.lists(
    st.tuples(st.sampled_from(["D", "E"]), st.sampled_from([("小明", "1990-05-01"), ("四", "1971-12-30"), ("晓明", None)])),
    min_size=2,
    max_size=6,
)


@trials(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, data=st.data())
def test_whom_a_document_makes_one_person_does_not_depend_on_who_came_first(
    hub: Hub, people: list[tuple[str, tuple[str, str | None]]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(people))))
    assert partition(hub, people, range(len(people)), together=True) == partition(hub, people, order, together=False)


def partition(
    hub: Hub, people: list[tuple[str, tuple[str, str | None]]], order: Sequence[int], *, together: bool
) -> set[frozenset[int]]:
    """Who of `people`, told in `order`, is the same person, with documents and a surname that nobody has shown before."""
    fresh = new_id()
    surname = chr(0x4E00 + int(fresh[-4:], 16) % 0x5000)
    [district] = hub.enrol(f"d{fresh[:8]}")
    told = []
    for number in order:
        document, (given_name, birth_date) = people[number]
        key = f"{fresh[:8]}{number}"
        told.append(registration(key, document=document + fresh, name=surname + given_name, birth_date=birth_date))
    hub.hears(*([district.says(*told)] if together else [district.says(one) for one in told]))
    persons: dict[str, set[int]] = {}
    for registration_id, volunteer_id in hub.told(district).items():
        persons.setdefault(volunteer_id, set()).add(int(registration_id[8:]))
    return {frozenset(members) for members in persons.values()}


def test_a_correction_changes_what_is_known_and_keeps_the_id(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1", document="D")))
    before = ids(hub)
    corrected = registration("r1", document="D", name="王小名", version=3)
    late = registration("r1", document="D", name="王大明", version=2)
    hub.hears(futian.says(corrected), futian.says(late))
    [kept] = hub.rows(Registration)
    assert unseal(kept.person, hub.settings.field_cipher).name == "王小名"
    assert ids(hub) == before
    assert len(hub.said_to(futian)) == 1


def test_a_correction_that_shows_another_persons_document_moves_nobody_and_is_noted(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(luohu.says(registration("r2", document="D")), futian.says(registration("r1", name="李四", birth_date=None)))
    before = ids(hub)
    hub.hears(futian.says(registration("r1", name="李四", document="D", version=2)))
    assert ids(hub) == before
    assert reviews(hub) == {frozenset(("r1", "r2")): ReviewKind.MERGE}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["in order", "the older version late"])
def test_a_document_that_was_taken_back_proves_nothing_any_more(hub: Hub, order: tuple[int, int]) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    documents = {1: "mistyped", 2: "D"}
    hub.hears(
        *(futian.says(registration("r1", document=documents[version], version=version)) for version in order),
        luohu.says(registration("r2", document="mistyped"), registration("r3", document="D")),
    )
    linked = ids(hub)
    assert linked["r1"] == linked["r3"] != linked["r2"]


def test_every_link_says_by_which_rule_and_on_what_evidence(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1", document="D")), luohu.says(registration("r2", document="D", name="王晓明")))
    events = [(event.type, event.registration_id) for event in hub.rows(IdentityEvent)]
    assert events == [
        (IdentityEventType.ISSUED, "r1"),
        (IdentityEventType.LINKED, "r1"),
        (IdentityEventType.LINKED, "r2"),
    ]
    *_, joined = hub.rows(IdentityEvent)
    evidence = json.loads(joined.body)
    assert evidence["with"] == "r1"
    assert evidence["agreeing"] == ["pinyin", "birth_date"]
    assert evidence["model"]


def test_a_district_cannot_speak_about_another_districts_registration(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1")), luohu.says(registration("r1", name="李四", version=9), registration("r2")))
    [held] = [held for held in hub.rows(Registration) if held.registration_id == "r1"]
    assert (held.district, held.version) == ("futian", 1)
    assert [record.record_key for record in hub.rows(ParkedRecord)] == ["r1"]
    assert hub.told(luohu).keys() == {"r2"}


def test_a_token_that_is_none_parks_its_registration_only(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    broken = RegistrationState(
        registration_id="r1",
        organization_id="o1",
        name="王小明",
        registered_on="2020-01-01",
        documents=(DocumentToken(kind="resident_id", key_version=1, token="11010519491231002X"),),
    )
    hub.hears(futian.says(Told(REGISTRATION_RECORDED, "r1", 1, broken), registration("r2")))
    assert [record.record_key for record in hub.rows(ParkedRecord)] == ["r1"]
    assert hub.told(futian).keys() == {"r2"}


def test_the_same_batch_again_issues_nothing(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    said = futian.says(registration("r1", document="D"), registration("r1", document="D"))
    hub.hears(said, said)
    assert len(hub.rows(Volunteer)) == 1
    assert len(hub.said_to(futian)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_districts_that_show_one_document_at_the_same_moment_meet(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")

    def hear(district: District, key: str) -> None:
        hub.hears(district.says(registration(key, document="D")))

    second = threading.Thread(target=hear, args=(luohu, "r2"))
    with hub.sessions() as session:
        raw = futian.says(registration("r1", document="D"))
        hub.inbox.receive(session, raw, receiver=streams.HUB, keys=DistrictKeys, at=AT)
        second.start()
        with hub.sessions() as watching:
            waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            eventually(lambda: watching.scalar(waits))
        session.commit()
    second.join()
    assert hub.told(futian)["r1"] == hub.told(luohu)["r2"]
