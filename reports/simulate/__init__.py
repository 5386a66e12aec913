"""A plan that never was, as large as wished, with a past: for measuring. Marked as simulated.

Where `reports.simulation` lets people act, one action at a time, this writes the rows and their history by COPY, as
those actions and the triggers of the time machine would have left them, and proves that before it commits.
"""

from reports.simulate.run import Simulated, simulate
from reports.simulate.size import Size

__all__ = ["Simulated", "Size", "simulate"]
