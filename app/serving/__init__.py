"""Serving models: inference, explanations and evaluations, and the server process itself."""
