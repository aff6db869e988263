"""Do the journeys stay natural from end to end?"""
