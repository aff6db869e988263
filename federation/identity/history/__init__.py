"""What has happened to volunteer IDs?"""
