"""How much does the city see by now?"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from benchmarks.carriers import open_engine
from benchmarks.ways import Visible
from sync.databases.glancing import glancing

COUNTED = "SELECT district, sum(entries) FROM month_total GROUP BY district"
"""How many entries of each district the totals of the months count; all ways keep them under the same name."""


@contextmanager
def look_at(hub_url: str, query: str = COUNTED) -> Iterator[Visible]:
    """What `query` counts of each district in the hub's database, looked up as often as one likes."""
    engine = open_engine(hub_url)
    statement = text(query)
    # As few trips as there can be: what a look takes is added to each way's latency, and taken from its processors.
    with engine.connect().execution_options(**glancing(engine)) as connection:

        def each() -> dict[str, int]:
            counted = {district: int(count) for district, count in connection.execute(statement)}
            connection.rollback()
            return counted

        yield Visible(each)
    engine.dispose()
