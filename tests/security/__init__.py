"""Does the hub withstand what is tried against those who sign people in?"""
