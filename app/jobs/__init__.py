"""Training jobs: submission, dispatch to workers, resumption, and streams of their events."""
