"""Who looks after the hub's streams?"""
