"""What does a side keep of the streams that it writes and reads, and how does it come back from a loss?"""
