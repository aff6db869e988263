"""How do two persons become one, and one two again?"""
