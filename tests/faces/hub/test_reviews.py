"""Does a steward work through the queue, see why something is asked, and have done what they answer?"""

import itertools
import re

import pytest
from flask import Flask

from admin.hub.stewards.evidence import LEVELS
from federation.identity.history.models import IdentityEvent
from federation.identity.matching.levels import COMPARISONS
from federation.identity.models import DoNotLink, RegistrationDocument
from federation.identity.reviews.drawing import is_sampled
from federation.identity.reviews.models import Question, Review, ReviewDecision
from federation.identity.stewarding.deciding import decide
from tests.hub.peers import Hub, Told, hours, organization, registration
from tests.hub.stewards import Desk, desk_of, somebody
from tests.support.stewards import Steward, steward

PHONE = "13600136000"


def twin(key: str, name: str) -> Told:
    return registration(key, name=name, birth_date="1992-11-05", phone=PHONE)


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub that asks three things: about twins, about two with a number each, and about one number that two named."""
    people = {
        "futian": [organization("o1", name="福山社区"), twin("a1", "欧阳婷婷")],
        "luohu": [twin("b1", "欧阳丽丽")],
    }
    desk = desk_of(hub, people)
    futian, luohu = desk.districts["futian"], desk.districts["luohu"]
    hub.hears(futian.says(registration("a2", name="陈静怡", birth_date="1988-02-11", phone="13700137000", document="D1")))
    hub.hears(luohu.says(registration("b2", name="陈静怡", birth_date="1988-02-11", phone="13700137000", document="D2")))
    hub.hears(futian.says(somebody(4, "a3", document="D9")), luohu.says(somebody(54, "b3", document="D9")))
    hub.hears(futian.says(hours("e1", registration_id="a1", minutes=150)))
    return desk


def row(page: str, heading: str) -> str:
    """The words of a row of a table."""
    found = re.search(rf'<tr[^>]*>\s*<th scope="row"[^>]*>(?:<[^>]+>)*{heading}.*?</tr>', page, re.S)
    assert found, heading
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip()


@pytest.mark.usefixtures("desk")
def test_the_first_page_says_what_waits_and_begins_with_the_oldest(chen: Steward) -> None:
    page = chen.get("/stewards/").text
    assert "3 reviews wait for your answer." in page
    assert re.findall(r"(Two identity numbers|Perhaps twins|Same document, otherwise unlike)", page) == [
        "Two identity numbers",
        "Same document, otherwise unlike",
        "Perhaps twins",
    ]
    assert 'href="/stewards/reviews/1/"' in page


@pytest.mark.usefixtures("desk")
def test_the_queue_is_filtered_by_kind_and_by_what_is_waited_for(chen: Steward) -> None:
    assert re.findall(r"/stewards/reviews/(\d)/", chen.get("/stewards/reviews/").text) == ["1", "2", "3"]
    shown = chen.get("/stewards/reviews/?kind=conflict").text
    assert re.findall(r"/stewards/reviews/(\d)/\?kind=conflict", shown) == ["2"]
    assert "Nothing that matches waits." in chen.get("/stewards/reviews/?need=document").text
    assert re.findall(r"/stewards/reviews/(\d)/", chen.get("/stewards/reviews/?after=1").text) == ["2", "3"]
    for nonsense in ("kind=nonsense", "need=nonsense", f"after={10**30}"):
        assert chen.get(f"/stewards/reviews/?{nonsense}").status_code == 422
    assert chen.get(f"/stewards/reviews/{10**30}/").status_code == 404


@pytest.mark.usefixtures("desk")
def test_both_are_seen_beside_each_other_with_what_each_field_says(chen: Steward) -> None:
    page = chen.get("/stewards/reviews/1/").text
    assert row(page, "Name") == "Name 欧阳丽丽 欧阳婷婷 differs : the same surname, another given name speaks against it"
    assert row(page, "Born") == "Born 1992-11-05 1992-11-05 same speaks strongly for one person"
    assert row(page, "Telephone").startswith("Telephone 136****6000 136****6000 same speaks")
    assert row(page, "Document") == "Document – – cannot be compared says little"
    assert row(page, "Certified hours").startswith("Certified hours 0 min in 0 entries 2 h 30 min in 1 entry")
    assert "For each pair of two people there are about" in row(page, "All in all")
    assert all(words in page for words in ("Perhaps twins", "福山社区", "Luohu"))
    other = chen.get("/stewards/reviews/2/").text
    assert row(other, "Document") == (
        "Document Resident identity card Resident identity card differs : two numbers speaks strongly against it"
    )
    assert "same : one number proves it" in row(chen.get("/stewards/reviews/3/").text, "Document")


def test_every_level_at_which_two_differ_has_words() -> None:
    differing = {(field.field, name) for field in COMPARISONS for name in field.names if name != "same"}
    assert set(LEVELS) == differing


def test_nobody_sees_a_whole_telephone_number_or_what_a_document_is_kept_as(hub: Hub, desk: Desk, chen: Steward) -> None:
    pages = "".join(chen.get(f"/stewards/reviews/{number}/").text for number in (1, 2, 3))
    pages += "".join(chen.get(f"/stewards/persons/{volunteer_id}").text for volunteer_id in set(desk.ids().values()))
    assert "13700137000" not in pages
    assert PHONE not in pages
    documents = hub.rows(RegistrationDocument)
    assert documents
    assert [document for document in documents if document.token.hex() in pages] == []


def test_same_joins_two_goes_on_to_the_next_and_is_taken_back(desk: Desk, chen: Steward) -> None:
    chen.get("/stewards/reviews/1/")
    chen.post("/stewards/reviews/1/same")
    assert chen.page is not None
    assert "Review 1: one person." in chen.text()
    assert "Review 2" in chen.text()
    ids = desk.ids()
    assert ids["a1"] == ids["b1"]
    answered = chen.get("/stewards/reviews/1/").text
    assert "Answered: one person." in answered
    assert "Are they one person?" not in answered
    chen.post("/stewards/reviews/1/undo")
    assert "Taken back. The review waits again." in chen.text()
    ids = desk.ids()
    assert ids["a1"] != ids["b1"]
    assert desk.differences() == ()


def test_different_needs_a_reason_and_is_remembered(hub: Hub, desk: Desk, chen: Steward) -> None:
    chen.get("/stewards/reviews/1/")
    refused = chen.post("/stewards/reviews/1/different", reason=" ")
    assert refused.status_code == 422
    assert "Say why these are of different people" in chen.text()
    chen.post("/stewards/reviews/1/different", reason="Twins or siblings")
    assert "Review 1: different people." in chen.text()
    assert [(pair.one, pair.other, pair.reason, pair.by) for pair in hub.rows(DoNotLink)] == [
        ("a1", "b1", "Twins or siblings", "chen")
    ]
    ids = desk.ids()
    page = chen.get(f"/stewards/persons/{ids['a1']}").text
    assert "Twins or siblings" in page
    assert "kept apart" in page


def test_what_moves_is_shown_before_where_two_numbers_are_named(desk: Desk, chen: Steward) -> None:
    before = desk.ids()
    page = chen.get("/stewards/reviews/2/").text
    assert "/stewards/reviews/2/same" in page
    chen.post("/stewards/reviews/2/same")
    assert "nothing has changed yet" in chen.text()
    assert "They name two different identity numbers." in chen.text()
    assert "Luohu" in chen.text()
    assert desk.ids() == before
    refused = chen.post("/stewards/reviews/2/same", confirmed="yes", reason="")
    assert refused.status_code == 409
    assert desk.ids() == before
    chen.post("/stewards/reviews/2/same", confirmed="yes", reason="seen both", despite_documents="y")
    assert "Review 2: one person." in chen.text()
    assert desk.ids()["a2"] == desk.ids()["b2"]


def test_the_page_before_is_only_for_what_moves_much(desk: Desk, chen: Steward) -> None:
    assert chen.get("/stewards/reviews/1/same").headers["Location"] == "/stewards/reviews/1/"
    assert chen.get("/stewards/reviews/2/same").status_code == 200
    assert desk.differences() == ()


def test_what_is_worked_through_stays_chosen(desk: Desk, hub: Hub, chen: Steward) -> None:
    hub.hears(desk.districts["luohu"].says(twin("b4", "欧阳娜娜")))
    twins = [review.number for review in hub.rows(Review) if review.kind == "twins"]
    assert twins[0] == 1
    assert len(twins) > 1
    chen.get("/stewards/reviews/1/?kind=twins")
    chen.post("/stewards/reviews/1/different?kind=twins", reason="Twins or siblings")
    assert f"Review {twins[1]}" in chen.text()
    chen.get("/stewards/reviews/1/?kind=nonsense")
    chen.post("/stewards/reviews/1/undo")
    assert "Review 1" in chen.text()


def test_a_review_waits_for_a_document_until_it_can_be_answered(chen: Steward, desk: Desk) -> None:
    chen.get("/stewards/reviews/3/")
    chen.post("/stewards/reviews/3/document")
    assert "Review 3 waits until a document was seen." in chen.text()
    assert "/stewards/reviews/3/" not in chen.get("/stewards/reviews/").text
    assert "/stewards/reviews/3/" in chen.get("/stewards/reviews/?need=document").text
    assert "Waits for a document" in chen.get("/stewards/reviews/3/").text
    chen.post("/stewards/reviews/3/ready")
    assert "/stewards/reviews/3/" in chen.get("/stewards/reviews/").text
    assert desk.differences() == ()


def test_a_district_is_asked_about_its_own_registration_and_no_more(hub: Hub, desk: Desk, chen: Steward) -> None:
    chen.get("/stewards/reviews/1/")
    assert chen.post("/stewards/reviews/1/questions", registration="a2", topic="person").status_code == 422
    chen.post("/stewards/reviews/1/questions", registration="b1", topic="person")
    assert "The district is asked." in chen.text()
    [question] = hub.rows(Question)
    assert (question.district, question.asked_by, question.topic) == ("luohu", "chen", "person")
    page = chen.get("/stewards/reviews/1/").text
    assert "Waits for a district" in page
    assert "no answer yet" in page
    [address] = re.findall(r'action="(/stewards/reviews/1/questions/[^"]+/withdrawal)"', page)
    chen.post(address)
    assert "The question is withdrawn" in chen.text()
    assert "Waits for a district" not in chen.text()
    assert desk.differences() == ()


def test_who_looks_at_telephone_numbers_is_written_down(hub: Hub, desk: Desk, chen: Steward) -> None:
    chen.get("/stewards/reviews/1/")
    shown = chen.post("/stewards/reviews/1/telephones")
    assert shown.text.count(PHONE) == 2
    assert PHONE not in chen.get("/stewards/reviews/1/").text
    looked = [event for event in hub.rows(IdentityEvent) if event.type == "unmasked"]
    assert [(event.registration_id, event.by) for event in looked] == [("b1", "chen"), ("a1", "chen")]
    assert "was looked at" in chen.get(f"/stewards/persons/{desk.ids()['a1']}").text
    assert desk.differences() == ()


def test_whoever_is_too_late_is_told_so(hub: Hub, desk: Desk, chen: Steward) -> None:
    chen.get("/stewards/reviews/1/")
    desk.does(decide, 1, ReviewDecision.SAME, settings=hub.settings, by="mei")
    late = chen.post("/stewards/reviews/1/same")
    assert late.status_code == 409
    assert "Review 1 is decided already." in chen.text()
    assert "Nothing was changed." in chen.text()
    assert chen.get("/stewards/reviews/99/").status_code == 404


def test_a_refusal_is_said_in_the_reader_s_language(hub: Hub, desk: Desk, chen: Steward) -> None:
    desk.does(decide, 1, ReviewDecision.SAME, settings=hub.settings, by="mei")
    chen.headers["Accept-Language"] = "zh"
    chen.get("/stewards/reviews/2/")
    assert "复核 1 已处理" in chen.post("/stewards/reviews/1/same").text


def test_two_who_were_verified_need_two_stewards(app: Flask, desk: Desk, chen: Steward) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    desk.merge(ids["b1"], ids["b3"], despite_documents=True)
    chen.get("/stewards/reviews/1/")
    chen.post("/stewards/reviews/1/same")
    assert "this asks another steward to agree" in chen.text()
    chen.post("/stewards/reviews/1/same", confirmed="yes", despite_documents="y")
    assert "Another steward has to agree." in chen.text()
    assert desk.ids()["a1"] != desk.ids()["b1"]
    mei = steward(app, "mei")
    assert "chen wants to merge them." in mei.get("/stewards/reviews/1/").text
    mei.post("/stewards/reviews/1/same", confirmed="yes", despite_documents="y")
    assert "Review 1: one person." in mei.text()
    assert desk.ids()["a1"] == desk.ids()["b1"]


def test_a_link_that_a_machine_made_is_split_only_after_what_that_changes_was_shown(hub: Hub, chen: Steward) -> None:
    sampled = next(key for number in itertools.count() if is_sampled(key := f"b{number}"))
    desk = desk_of(hub, {"futian": [somebody(1, "a1", document="D")], "luohu": [somebody(1, sampled, document="D")]})
    ids = desk.ids()
    chen.get("/stewards/reviews/1/")
    chen.post("/stewards/reviews/1/different", reason="Two faces")
    assert "This is what would change; nothing has changed yet." in chen.text()
    assert "Luohu a new ID" in chen.text()
    assert desk.ids() == ids
    chen.post("/stewards/reviews/1/different", reason=chen.hidden("reason"), confirmed=chen.hidden("confirmed"))
    assert "Review 1: different people." in chen.text()
    assert desk.ids()[sampled] != ids["a1"] == desk.ids()["a1"]
