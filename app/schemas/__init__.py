"""The pydantic models of requests and responses, one file per resource, with examples."""
