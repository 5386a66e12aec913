"""Wires the tracker together: settings, addresses, the API router, Celery, WSGI, the embedded engines."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
