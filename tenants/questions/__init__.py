"""What does the city ask about registrations of this district?"""
