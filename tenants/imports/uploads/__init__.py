"""How does a register come in over the web?"""
