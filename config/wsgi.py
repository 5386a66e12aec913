"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What stands now stays as long as the process: the collector need not look through it again and again. And it looks
# for rings of garbage after more objects than by default: a page of a large plan makes hundreds of thousands that are
# no garbage, and a third of its time went into looking at them.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
