"""How does a volunteer come to have an account, and what do they see of themselves?"""
