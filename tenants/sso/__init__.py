"""How are people signed in here who signed in at the hub?"""
