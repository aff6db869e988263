"""Where do the project's figures come from?"""
