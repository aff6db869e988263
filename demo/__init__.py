"""How do three districts' registers become one city on one machine?

It starts the programs that production runs, gives them the registers in `demo/registers`, and shows where to look. It is
outside the floors: it knows the two programs by their commands and their pages only.
"""
