"""What does Alembic run for a district's database?"""

from sync.migrating import run_scripts

run_scripts()
