"""How do the districts' volunteers become one city's?

The hub's own program with its own database: which districts there are, which registrations are one person, and what the
hours come to. What districts know reaches it through the streams of `sync` and nowhere else.
"""
