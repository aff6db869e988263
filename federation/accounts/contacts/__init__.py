"""By what is somebody reached, and how do they show that it is theirs?"""
