"""Decisions of the reading side: pure functions. No database, no clock, no request."""
