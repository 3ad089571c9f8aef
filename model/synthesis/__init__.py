"""Training images drawn from pen strokes: digits, and what is no digit."""
