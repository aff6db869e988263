"""How does a side take part in the streams, all day long?"""
