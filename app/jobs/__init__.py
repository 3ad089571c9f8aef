"""Training jobs: submitted, dispatched to workers, resumed, and followed as a stream of events."""
