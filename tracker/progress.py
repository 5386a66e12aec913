"""How far a command has come, for whoever waits for it."""

from dataclasses import dataclass, field

from django.core.management.base import OutputWrapper

BAR = 24  # characters
STEPS = 20  # lines of a whole run where no line can be written over


@dataclass
class Progress:
    """Call it with what is done, and of how many: one line that moves on a terminal, some lines in a log."""

    stream: OutputWrapper
    label: str
    _said: int = field(default=-1, init=False)

    def __call__(self, done: int, of: int) -> None:
        """Show it, where it is worth a new line."""
        share = done / of if of else 1.0
        text = f"  {self.label} {done} of {of}"
        if self.stream.isatty():
            bar = ("#" * round(BAR * share)).ljust(BAR, ".")
            self.stream.write(f"\r  [{bar}]{text}", ending="\n" if done >= of else "")
        elif int(STEPS * share) > self._said or done >= of:
            self._said = int(STEPS * share)
            self.stream.write(text, ending="\n")
