"""How do a register's files become records?"""
