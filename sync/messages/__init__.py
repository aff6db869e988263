"""What travels between the two ends of a stream, and who said it?"""
