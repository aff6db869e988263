"""Which rows stand in a register's file?"""
