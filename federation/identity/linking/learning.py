"""How does a federation come by a model of its own?"""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.errors import NotPrepared
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.matching.model import Model, read_model
from federation.identity.matching.models import MatchingModel
from federation.identity.models import Registration
from federation.identity.persons.features import Features, features_of
from federation.identity.persons.sealing import unseal
from federation.identity.turns import wait_for_turn
from federation.settings import Settings

_AT_ONCE = 5_000
_SEED = 1


def learn_model(session: Session, *, settings: Settings, at: datetime, watch: Callable[[int], None]) -> bytes:
    """Learns a model from all registrations and gives it as a file's content; `watch` is told how many more were read.

    Raises `NotPrepared` where what learns is not installed, and `Invalid` where there is too little to learn from.
    """
    try:
        # Installed with the extra `matching`, and of some size: only whoever learns needs it.
        from federation.identity.matching.training import train  # noqa: PLC0415
    except ImportError as missing:
        raise NotPrepared(
            f"Learning a model needs {missing.name}, which is not installed: pip install 'banyan[matching]'."
        ) from missing
    version = f"learnt {at:%Y-%m-%d %H:%M}"
    return train(_read_register(session, settings, watch), version=version, seed=_SEED, at=at)


def use_model(session: Session, written: bytes, *, by: str, at: datetime) -> Model:
    """Lets registrations be compared by this model from now on. Raises `Invalid` where it is none that is known here."""
    model = read_model(written)
    wait_for_turn(session)
    number = session.scalar(select(func.coalesce(func.max(MatchingModel.number), 0))) or 0
    body = written.decode()
    session.add(MatchingModel(number=number + 1, version=model.version, body=body, records=model.records, by=by, at=at))
    chosen = Happening(type=IdentityEventType.MODEL_CHOSEN, body={"model": model.version, "records": model.records})
    write(session, [chosen], by=by, at=at)
    return model


def _read_register(session: Session, settings: Settings, watch: Callable[[int], None]) -> Iterator[Features]:
    rows = session.execute(select(Registration.person).execution_options(yield_per=_AT_ONCE))
    for chunk in rows.partitions(_AT_ONCE):
        for (person,) in chunk:
            yield features_of(unseal(person, settings.field_cipher))
        watch(len(chunk))
