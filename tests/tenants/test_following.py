"""Does a registration keep the newest volunteer ID, whatever the order in which the hub's words arrive?"""

import itertools
import uuid

import pytest

from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VolunteerIdState
from sync.mailbox.facts import Fact
from tenants import mailbox
from tenants.errors import NotFound
from tenants.registrations.claiming import claim_volunteer_ids
from tenants.registrations.following import follow_volunteer_ids
from tests.support.asking import fact
from tests.support.district import District


def assigned(registration_id: uuid.UUID, volunteer_id: str, *, epoch: int, version: int) -> Fact:
    state = VolunteerIdState(registration_id=str(registration_id), volunteer_id=volunteer_id)
    return fact(VOLUNTEER_ID_ASSIGNED, str(registration_id), state, version=version, epoch=epoch)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_word_stands(district: District, order: tuple[int, ...]) -> None:
    registration = district.registration()
    words = [
        assigned(registration.id, "44000000000001", epoch=1, version=1),
        assigned(registration.id, "44000000000002", epoch=1, version=2),
        assigned(registration.id, "44000000000003", epoch=2, version=1),
    ]
    for index in order:
        follow_volunteer_ids(district.session, "futian", [words[index]])
        district.session.commit()
    assert registration.volunteer_id == "44000000000003"
    assert registration.former_volunteer_ids == ["44000000000001", "44000000000002"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_an_id_that_comes_back_is_no_former_one(district: District, order: tuple[int, ...], together: bool) -> None:
    registration = district.registration()
    told = ("44000000000001", "44000000000002", "44000000000001")
    words = [assigned(registration.id, one, epoch=1, version=version) for version, one in enumerate(told, 1)]
    heard = [words[index] for index in order for _ in range(2)]
    for part in [heard] if together else [[one] for one in heard]:
        follow_volunteer_ids(district.session, "futian", part)
        district.session.commit()
    assert registration.volunteer_id == "44000000000001"
    assert registration.former_volunteer_ids == ["44000000000002"]


def test_a_registration_of_nobody_here_is_not_swallowed(district: District) -> None:
    with pytest.raises(NotFound):
        follow_volunteer_ids(district.session, "futian", [assigned(uuid.uuid4(), "44000000000001", epoch=1, version=1)])


def test_an_id_that_was_claimed_stays_claimed_when_another_is(district: District) -> None:
    registration, down = district.registration(), streams.down("futian")
    for epoch, shown in enumerate(("44000000000001", "44000000000002"), 1):
        follow_volunteer_ids(district.session, "futian", [assigned(registration.id, shown, epoch=epoch, version=1)])
        claim_volunteer_ids(district.session, down, log=mailbox.log)
        district.session.commit()
    records = [record for record in district.session.query(mailbox.RecordState) if record.kind == "volunteer_id"]
    assert {record.key.partition(":")[2] for record in records} == {"44000000000001", "44000000000002"}
