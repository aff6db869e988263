"""How likely is it that two registrations are of one person?"""
