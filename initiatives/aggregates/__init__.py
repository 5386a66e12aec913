"""Sums over rows that one may see, as frozen values."""
