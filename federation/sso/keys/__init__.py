"""By which keys does the hub sign what it says to clients?"""
