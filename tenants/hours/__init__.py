"""Which hours does this district stand by?"""
