"""How does somebody who has signed in at the hub come to be signed in at a district?"""
