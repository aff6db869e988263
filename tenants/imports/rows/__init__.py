"""What becomes of a row?"""
