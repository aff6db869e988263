"""Who signs in at the hub, and what may they do?"""
