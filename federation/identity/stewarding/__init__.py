"""What do stewards decide about who is who?"""
