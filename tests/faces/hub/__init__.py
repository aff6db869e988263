"""Does the hub's face show what the hub knows, and no more?"""
