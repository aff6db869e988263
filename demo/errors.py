"""Why can the city not be shown?"""

FORGET = "make demo-reset forgets the city (where there were ARGS, with the same)"
START_OVER = f"If it does not work again either: {FORGET}, and make demo begins anew."


class DemoError(Exception):
    """What is in the way; the message is a sentence that says what to do."""
