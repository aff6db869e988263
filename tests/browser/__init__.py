"""Do the pages work in a browser?"""
