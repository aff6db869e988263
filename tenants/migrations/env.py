"""What does Alembic run for a district's database?"""

from sync.databases.migrating import run_scripts

run_scripts()
