"""What do both programs have in common?"""
