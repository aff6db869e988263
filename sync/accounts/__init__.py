"""What do both sides hold to when somebody signs in?"""
