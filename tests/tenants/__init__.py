"""Does a district register, record and certify as it should?"""
