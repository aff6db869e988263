"""What do the pages say in other languages than English?"""
