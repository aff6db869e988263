"""How do tokens and personal fields come under new keys while the hub is at work?"""
