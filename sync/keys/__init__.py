"""How does a side keep the key that it signs with, and exchange it?"""
