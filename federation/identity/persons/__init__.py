"""What does the hub know of a person, and how is it kept and compared?"""
