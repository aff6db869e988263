"""Who works at the district's desks, and what may they do?"""
