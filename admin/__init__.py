"""What do staff at a desk see: a district's coordinators, the city's public?

What both programs' pages share stands here, and begins with `frame.frame`; `hub` and `tenant` have the pages themselves.
"""
