"""Which steps led to the tables of a district?"""

from sync.databases.migrating import Migrations
from tenants import mailbox  # noqa: F401 - makes the stream's tables known
from tenants.db import Model
from tenants.hours import models as hours  # noqa: F401
from tenants.imports.uploads import models as imports  # noqa: F401
from tenants.questions import models as questions  # noqa: F401
from tenants.sso import models as sso  # noqa: F401
from tenants.staff import models as staff  # noqa: F401

MIGRATIONS = Migrations("tenants.migrations", Model.metadata)
