"""What does Alembic run for the hub's database?"""

from sync.databases.migrating import run_scripts

run_scripts()
