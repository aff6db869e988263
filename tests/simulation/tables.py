"""What does each party of the simulation keep, beside what the wire needs?

All parties have the same tables, each in its own database; some stay empty at one of them.
"""

TABLES = """
    -- A record of a district's, there and at the hub. Every state that anybody ever writes has a number of its own.
    CREATE TABLE registration (key TEXT PRIMARY KEY, state INTEGER NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL);

    -- Each change that the hub made to a registration.
    CREATE TABLE effect (id INTEGER PRIMARY KEY, key TEXT NOT NULL, state INTEGER NOT NULL);

    -- A volunteer ID for which the hub answers, now and for ever, and whose it is.
    CREATE TABLE issued_id (volunteer_id TEXT PRIMARY KEY, key TEXT NOT NULL);

    -- The volunteer ID of a registration: in a district what it was told last, at the hub what it has told.
    CREATE TABLE held_id (key TEXT PRIMARY KEY, volunteer_id TEXT NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL);
"""
