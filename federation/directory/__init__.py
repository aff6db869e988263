"""Which districts take part, by which keys are they known, and how are they organized?"""
