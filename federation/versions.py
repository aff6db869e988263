"""Which of several versions of a record is the newest?"""

from collections.abc import Iterable

from sync.mailbox.facts import Fact


def newest(facts: Iterable[Fact]) -> list[Fact]:
    """The newest of `facts` for each record, whatever their order."""
    by_key: dict[str, Fact] = {}
    for fact in facts:
        held = by_key.get(fact.key)
        if held is None or (held.epoch, held.version) < (fact.epoch, fact.version):
            by_key[fact.key] = fact
    return list(by_key.values())
