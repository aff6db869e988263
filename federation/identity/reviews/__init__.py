"""What has a steward to look at?"""
