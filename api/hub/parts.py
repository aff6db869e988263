"""How is what may be seen of the parts of a sum answered, page by page?"""

from collections.abc import Iterable
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from api.pagination import cut_page
from federation.ledger.disclosing import Disclosed, Part


def page_of(disclosed: Disclosed[Part], items: Iterable[dict[str, Any]], key: str, query: dict[str, Any]) -> dict[str, Any]:
    """The page of `items` that `query` asks for, in the order of their `key`, and what `disclosed` withholds of all pages."""
    page = cut_page(items, itemgetter(key), **query)
    others = disclosed.together
    return {"items": page.items, "next": page.next, "withheld": {"parts": len(others.keys), **asdict(others.hours)}}


def page_by(key: str, disclosed: Disclosed[Part], query: dict[str, Any]) -> dict[str, Any]:
    """The page of parts that have nothing but their hours and the `key` that names them."""
    items = ({key: name, **asdict(hours)} for name, hours in disclosed.by_key().items())
    return page_of(disclosed, items, key, query)
