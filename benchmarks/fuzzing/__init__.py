"""Sends what nobody would, in thousands, and watches what that costs.

Every case is made of its seed and its number alone, so that each can be sent again.
"""
