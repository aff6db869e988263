"""What shows, beside or instead of a password, that somebody is whom an account is for?"""
