"""Synthetic training images drawn from pen strokes: digits, and negatives that are no digit."""
