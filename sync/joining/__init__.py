"""What do a district and the hub tell each other before there is a stream?"""
