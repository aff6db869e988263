"""What may be decided without a look at each, by what stewards found who looked at some?"""
