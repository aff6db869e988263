"""Why can the city not be shown?"""

START_OVER = "If it does not work again either: make demo-reset forgets the city, and make demo begins anew."


class DemoError(Exception):
    """What is in the way; the message is a sentence that says what to do."""
