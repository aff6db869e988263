"""How does a sign-out reach every client that somebody was signed in at?"""
