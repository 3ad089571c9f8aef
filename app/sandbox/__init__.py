"""Runs a stranger's Python file in a process of its own, with limits.

The limits keep a slip from doing harm: an endless loop, a gigabyte of output, a file removed. They
are no jail for code that is meant to do harm; a service never runs what it is sent.
"""
