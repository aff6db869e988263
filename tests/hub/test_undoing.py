"""Is everything as it was when merges and splits are taken back?"""

import random
from typing import Any

import pytest

from federation.errors import FederationError, NotFound, StateForbids
from federation.identity.aliases import resolve
from federation.identity.merging.separating import let_together
from tests.hub.peers import Hub
from tests.hub.stewards import Desk, desk_of, somebody

ACTS = 200
PEOPLE = 30


def crowd(hub: Hub) -> Desk:
    """Three districts; a third of the people are registered in two of them with one document, under one ID."""
    here = [somebody(number, f"a{number}", document=f"D{number}") for number in range(PEOPLE)]
    there = [somebody(number, f"b{number}", document=f"D{number}") for number in range(0, PEOPLE, 3)]
    elsewhere = [somebody(number, f"c{number}") for number in range(PEOPLE, PEOPLE + 10)]
    return desk_of(hub, {"futian": here, "luohu": there, "nanshan": elsewhere})


def act_at_random(desk: Desk, chance: random.Random) -> int:
    """Merges two persons or splits one; gives the act's number."""
    while True:
        ids = desk.ids()
        one, other = chance.sample(sorted(ids), 2)
        members = sorted(key for key, volunteer_id in ids.items() if volunteer_id == ids[one])
        try:
            if len(members) > 1 and chance.random() < 0.5:
                return desk.split(ids[one], chance.sample(members, chance.randint(1, len(members) - 1)))
            return desk.merge(ids[one], ids[other], by="lin", seconded_by="mei", despite_documents=True)
        except FederationError:
            continue


def without_what_was_issued(tables: dict[str, Any], issued: set[str]) -> dict[str, Any]:
    """The tables as they would be if splits had issued nothing."""
    links = {
        key: link | {"own_volunteer_id": None} if link["own_volunteer_id"] in issued else link
        for key, link in tables["link"].items()
    }
    kept = {
        name: {key: row for key, row in tables[name].items() if key[0] not in issued}
        for name in ("volunteer", "volunteer_alias")
    }
    return tables | kept | {"link": links}


@pytest.mark.parametrize("seed", [1])
def test_what_was_merged_and_split_at_random_and_taken_back_is_as_it_was(hub: Hub, seed: int) -> None:
    desk, chance = crowd(hub), random.Random(seed)  # noqa: S311 - the same each time
    before, acts = [desk.tables()], []
    for _ in range(ACTS):
        acts.append(act_at_random(desk, chance))
        before.append(desk.tables())
        assert desk.differences() == ()
        assert desk.persons() == len(set(desk.ids().values()))
    for act in reversed(acts):
        after = before.pop()
        desk.undo(act)
        now, then = desk.tables(), before[-1]
        issued = now["volunteer"].keys() - then["volunteer"].keys()
        new = {volunteer_id for (volunteer_id,) in issued}
        assert without_what_was_issued(now, new) == then, (act, after)
        assert desk.differences() == ()
    owners = {link["own_volunteer_id"]: link["volunteer_id"] for link in now["link"].values()}
    assert all(hub.asked(resolve, volunteer_id) == owners[volunteer_id] for volunteer_id in new)


def test_what_came_later_is_taken_back_first(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(number, f"a{number}") for number in range(1, 4)]})
    ids = desk.ids()
    first = desk.merge(ids["a1"], ids["a2"])
    second = desk.merge(ids["a1"], ids["a3"])
    with pytest.raises(StateForbids, match=f"Act {second} came later"):
        desk.undo(first)
    taken_back = desk.undo(second)
    with pytest.raises(StateForbids, match=f"already, by act {taken_back}"):
        desk.undo(second)
    desk.undo(first)
    assert desk.ids() == ids


def test_who_joined_since_stands_in_the_way(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(2, "a1"), somebody(2, "a2", document="D")], "luohu": []})
    ids = desk.ids()
    act = desk.merge(ids["a1"], ids["a2"])
    hub.hears(desk.districts["luohu"].says(somebody(2, "b2", document="D")))
    assert desk.ids()["b2"] == ids["a1"]
    with pytest.raises(StateForbids, match="Split off"):
        desk.undo(act)
    desk.split(ids["a1"], ["a2", "b2"])
    assert desk.ids() == ids | {"b2": ids["a2"]}


def test_only_what_somebody_did_is_taken_back(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(1, "a1"), somebody(2, "a2")]})
    ids = desk.ids()
    act = desk.merge(ids["a1"], ids["a2"])
    with pytest.raises(StateForbids, match=f"a step of act {act}"):
        desk.undo(act + 1)
    undone = desk.undo(act)
    for number in (1, 2, undone):
        with pytest.raises(StateForbids, match="no merge, split or decision"):
            desk.undo(number)
    with pytest.raises(NotFound):
        desk.undo(999)


def test_a_pair_that_was_let_together_since_is_not_taken_back_twice(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(1, "a1"), somebody(2, "a2")]})
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    act, before = desk.split(ids["a1"], ["a2"]), desk.tables()
    desk.does(let_together, "a1", "a2", reason="one face", by="mei")
    with pytest.raises(StateForbids, match="taken back by itself"):
        desk.undo(act)
    assert desk.ids() == ids
    assert desk.tables()["link"] == before["link"]
