"""What do stewards ask of districts, about registrations of their own?"""
