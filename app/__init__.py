"""The service: HTTP at the edge, jobs and a store behind it, the network below."""
