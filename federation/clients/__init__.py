"""Which programs send people to the hub to sign in?"""
