"""What outlives the process: jobs, events, checkpoints, models. SQLAlchemy stays here."""
