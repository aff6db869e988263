"""Which groups of a district do volunteers serve in?"""
