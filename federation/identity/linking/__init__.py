"""How does a registration get its volunteer ID?"""
