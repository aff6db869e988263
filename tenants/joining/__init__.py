"""How does this district come to take part in a federation, and does it still?"""
