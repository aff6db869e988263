"""What do clients say to the hub, and what does it answer?"""
