"""What do the columns of a register mean?"""
