"""Does the hub make one city of what its districts say?"""
