"""How does a whole file enter, and what is kept of that?"""
