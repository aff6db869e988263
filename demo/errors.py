"""Why can the city not be shown?"""


class DemoError(Exception):
    """What is in the way; the message is a sentence that says what to do."""
