"""What do the districts' certified hours come to?"""
