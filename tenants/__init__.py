"""How does one district register volunteers, record hours and stand by them?

A district's own program with its own database. It works for weeks without the hub; what the hub needs to know leaves through
the streams of `sync` and nowhere else.
"""
