"""What does a register look like in which it is known who is who?"""
