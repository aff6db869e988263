"""Do accounts stay in the hands of those whom they are for?"""
