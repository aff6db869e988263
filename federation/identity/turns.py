"""Who may change whose a registration is?"""

from sqlalchemy.orm import Session

from sync.databases.turns import take_turn

_TURN = 0x6C696E6B


def wait_for_turn(session: Session) -> None:
    """Lets whoever changes links do so alone.

    Two that looked for the same person side by side would each find nobody, and issue two IDs.
    """
    take_turn(session.connection(), _TURN)
