"""Which registrations are the same person?"""
