"""Do a district's pages and API do what its staff need, and nothing else?"""
