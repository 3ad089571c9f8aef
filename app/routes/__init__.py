"""The HTTP routes, one file per resource. Each declares its typed input and its responses."""
