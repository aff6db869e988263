"""How does one key follow another, so that nobody's sign-in fails meanwhile?

Each algorithm has a key that signs and one that follows, which is published long before its turn: whoever holds a set of keys
that was fetched a while ago knows it already. What has signed stays published until nothing that it signed is of use.
"""

import json
from datetime import datetime, timedelta

from joserfc.jwk import ECKey, Key, RSAKey
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.clients.models import Algorithm
from federation.errors import NotFound, NotPrepared
from federation.sso.keys.models import KeyState, SigningKey
from sync.databases.resealing import FieldCipher

# A token is shown at a sign-out long after it expired, such as by somebody whose page stayed open over a holiday.
KEPT_FOR = timedelta(days=30)
_RSA_BITS = 2048


def create_missing(session: Session, *, cipher: FieldCipher, at: datetime) -> list[SigningKey]:
    """Gives each algorithm the key that signs and the one that follows, where they are missing; gives those that were made."""
    made = []
    there = {(key.algorithm, key.state) for key in _in_turn(session)}
    for algorithm in Algorithm:
        if (algorithm, KeyState.ACTIVE) not in there:
            first = _new(algorithm, cipher=cipher, at=at)
            # Nobody has a set of keys without it yet.
            first.activate(at=at, unseen=True)
            made.append(first)
        if (algorithm, KeyState.NEXT) not in there:
            made.append(_new(algorithm, cipher=cipher, at=at))
    session.add_all(made)
    return made


def rotate(session: Session, *, cipher: FieldCipher, at: datetime, unseen: bool = False) -> None:
    """Lets the next keys sign, retires those that did, and makes the ones that will follow.

    Raises `StateForbids` where districts may not know the next keys yet, unless these may be `unseen`, because a key that signs
    is in strange hands; and `NotPrepared` where there are none.
    """
    keys = {(key.algorithm, key.state): key for key in _in_turn(session)}
    for algorithm in Algorithm:
        active, following = (keys.get((algorithm, state)) for state in (KeyState.ACTIVE, KeyState.NEXT))
        if active is None or following is None:
            raise NotPrepared("There are no keys to rotate. Run: banyan-hub signing-key create")
        # One after another: at no moment do two keys have the same turn.
        active.retire(at=at)
        session.flush()
        following.activate(at=at, unseen=unseen)
        session.flush()
        session.add(_new(algorithm, cipher=cipher, at=at))
    session.execute(delete(SigningKey).where(SigningKey.retired_at <= at - KEPT_FOR))


def withdraw(session: Session, kid: str, *, at: datetime) -> None:
    """What the key has signed counts no more. Raises `NotFound`, or `StateForbids` while it signs."""
    key = session.get(SigningKey, kid)
    if key is None:
        raise NotFound(f"There is no key {kid}. See: banyan-hub signing-key list")
    key.withdraw(at=at)


def _in_turn(session: Session) -> list[SigningKey]:
    return list(session.scalars(select(SigningKey).where(SigningKey.state.in_([KeyState.ACTIVE, KeyState.NEXT]))))


def _new(algorithm: Algorithm, *, cipher: FieldCipher, at: datetime) -> SigningKey:
    key: Key = RSAKey.generate_key(_RSA_BITS) if algorithm is Algorithm.RS256 else ECKey.generate_key("P-256")
    kid = key.thumbprint()
    marks = {"kid": kid, "alg": algorithm.value, "use": "sig"}
    return SigningKey(
        kid=kid,
        algorithm=algorithm,
        state=KeyState.NEXT,
        public_jwk={**key.as_dict(private=False), **marks},
        sealed_private_jwk=cipher.encrypt(_written(key)),
        created_at=at,
    )


def _written(key: Key) -> bytes:
    return json.dumps(key.as_dict(private=True)).encode()
