"""Who is registered in this district?"""
