"""How do programs reach either side, and how do volunteers?

Versioned JSON under `/api/v1`, health, and what else is asked for without a desk. No rule stands here: a view parses, acts,
commits and answers.
"""
