"""The store: jobs, events, checkpoints and models in a database. SQLAlchemy is used here alone."""
