"""Which steps led to the tables of the hub?"""

from federation import mailbox  # noqa: F401 - makes the streams' tables known
from federation.accounts import models as accounts  # noqa: F401
from federation.accounts.contacts import models as contacts  # noqa: F401
from federation.accounts.factors import models as factors  # noqa: F401
from federation.accounts.sending import models as sending  # noqa: F401
from federation.clients import models as clients  # noqa: F401
from federation.db import Model
from federation.directory import models as directory  # noqa: F401
from federation.identity import models as identity  # noqa: F401
from federation.identity.history import models as history  # noqa: F401
from federation.identity.matching import models as matching  # noqa: F401
from federation.identity.reviews import models as reviews  # noqa: F401
from federation.ledger import models as ledger  # noqa: F401
from federation.operators import models as operators  # noqa: F401
from federation.people import models as people  # noqa: F401
from federation.sso import models as sso  # noqa: F401
from federation.sso.keys import models as signing_keys  # noqa: F401
from sync.databases.migrating import Migrations

MIGRATIONS = Migrations("federation.migrations", Model.metadata)
