"""How does either side use its database, whichever of the two kinds that is?"""
