"""Tables of peers, made for one benchmark and dropped with its database."""

from typing import ClassVar

from django.db import models

from initiatives.choices import Stage


class PlainEntry(models.Model):
    """A ledger entry without a history: the same columns, keys and checks, no trigger."""

    line = models.ForeignKey("initiatives.BudgetLine", on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    effective_on = models.DateField()
    reference = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    objects: ClassVar[models.Manager["PlainEntry"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "bench_plainentry"

    def __str__(self) -> str:
        return f"{self.stage} {self.amount}"


MAKE = (
    "drop table if exists bench_plainentry",
    "create table bench_plainentry (like initiatives_ledgerentry including all)",
    "alter table bench_plainentry add foreign key (line_id) references initiatives_budgetline deferrable",
)
