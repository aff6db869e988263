"""How does a message of the hub reach somebody?"""
