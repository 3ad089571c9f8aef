"""What is said in English: a sentence for each code, with str.format's {names} for its values.

A code is `area.what`; the areas stand in the order of the code that uses them.
"""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {}
