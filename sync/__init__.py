"""How do a district and the hub stay in step?

The wire between the two sides: contracts, log, signed batches, inbox and bus. It knows no web framework and nothing of
either side; each side makes its own tables from the column mixins offered here.
"""
