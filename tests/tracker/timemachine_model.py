"""What the laws are checked with: operations that are done to the database and to a pure-Python model alike."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field

import psycopg
from django.db import IntegrityError, connection, models, transaction
from hypothesis import strategies as st

from tracker.models import Organization, Place
from tracker.timemachine import Actor, as_of, head, revision

Table = type[models.Model]
Rows = dict[tuple[Table, int], tuple[str, int]]  # (table, key) -> (name, revision)

TABLES: dict[Table, dict[str, object]] = {
    Organization: {
        "abbreviation_en": "a",
        "abbreviation_fr": "a",
        "fund_life_years": 1,
        "carry_forward_operating": 5,
        "carry_forward_capital": 20,
    },
    Place: {"kind": "region", "province": ""},
}
REFUSED = (IntegrityError, psycopg.IntegrityError)  # COPY raises the driver's own
IMPOSSIBLE = {Organization: "fund_life_years = 9", Place: "kind = 'nowhere'"}


def shown() -> Rows:
    """What the database shows here and now."""
    return {
        (table, key): (name, number)
        for table in TABLES
        for key, name, number in table.objects.values_list("pk", "name_en", "revision")
    }


def shown_as_of(number: int) -> Rows:
    with as_of(number):
        return shown()


@dataclass
class Model:
    """The tables, and every revision of them, as they should be."""

    rows: Rows = field(default_factory=dict)
    head: int = 0
    past: dict[int, Rows] = field(default_factory=dict)
    written: bool = False
    in_revision: bool = False

    def put(self, table: Table, key: int, name: str) -> None:
        if self.rows.get((table, key), ("",))[0] != name:
            self.rows[table, key] = (name, self.head + 1)
            self.written = True

    def drop(self, table: Table, key: int) -> None:
        self.written |= self.rows.pop((table, key), None) is not None

    def commit(self) -> None:
        """A revision is counted when something was written, even if nothing of it remains."""
        if self.written:
            self.head += 1
            self.past[self.head] = dict(self.rows)
        self.written = False

    @contextmanager
    def own_revision(self) -> Iterator[None]:
        """What a transaction wrote before, and writes afterwards, are other revisions; an inner one joins."""
        if self.in_revision:
            yield
            return
        self.commit()
        self.in_revision = True
        yield
        self.commit()
        self.in_revision = False

    @contextmanager
    def undone(self, *, fails: bool) -> Iterator[None]:
        before = dict(self.rows), self.head, dict(self.past), self.written
        yield
        if fails:
            self.rows, self.head, self.past, self.written = before


@dataclass(frozen=True)
class Write:
    """One operation on some keys of one table; the name is what they are called afterwards."""

    kind: str
    table: Table
    keys: tuple[int, ...]
    name: str

    def run(self) -> None:
        with suppress(*REFUSED):
            KINDS[self.kind](self)

    def run_in_transaction(self) -> None:
        with suppress(*REFUSED), transaction.atomic():
            KINDS[self.kind](self)

    def expect(self, model: Model) -> None:
        there = [key for key in self.keys if (self.table, key) in model.rows]
        for key in self.keys:
            if self.kind in ("delete", "raw_delete"):
                model.drop(self.table, key)
            elif PUTS[self.kind](key in there, bool(there)):
                model.put(self.table, key, self.name)

    # What the operations are made of.

    def objects(self) -> list[models.Model]:
        return [
            self.table(pk=key, code=str(key), name_en=self.name, name_fr="", **TABLES[self.table]) for key in self.keys
        ]

    def found(self) -> models.QuerySet[models.Model]:
        return self.table.objects.filter(pk__in=self.keys)

    def execute(self, sql: str, parameters: list[object]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("TABLE", self.table._meta.db_table), parameters)


def _save(write: Write) -> None:
    for row in write.objects():
        row.save()


def _bulk_update(write: Write) -> None:
    rows = list(write.found())
    for row in rows:
        row.name_en = write.name
    write.table.objects.bulk_update(rows, ["name_en"])


def _copy(write: Write) -> None:
    names = ["id", "code", "name_en", "name_fr", *TABLES[write.table]]
    copy = f"copy {write.table._meta.db_table} ({', '.join(names)}) from stdin"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(copy) as rows:
        for key in write.keys:
            rows.write_row([key, str(key), write.name, "", *TABLES[write.table].values()])


def _insert(write: Write, then: str) -> None:
    names = ["id", "code", "name_en", "name_fr", *TABLES[write.table]]
    for key in write.keys:
        values = [key, str(key), write.name, "", *TABLES[write.table].values()]
        marks = ", ".join(["%s"] * len(values))
        write.execute(f"insert into TABLE ({', '.join(names)}) values ({marks}) {then}", values)


def _merge(write: Write) -> None:
    names = ["id", "code", "name_en", "name_fr", *TABLES[write.table]]
    keys, values = [str(key) for key in write.keys], [write.name, *TABLES[write.table].values()]
    write.execute(
        f"""merge into TABLE t using unnest(%s::text[]) as s(code) on t.code = s.code
        when matched and t.name_en is distinct from %s then update set name_en = %s
        when not matched then insert ({", ".join(names)}) values (s.code::bigint, s.code, %s, ''
        {", %s" * len(TABLES[write.table])})""",
        [keys, write.name, write.name, *values],
    )


KINDS: dict[str, Callable[[Write], object]] = {
    "save": _save,
    "bulk_create": lambda w: w.table.objects.bulk_create(w.objects()),
    "bulk_ignore": lambda w: w.table.objects.bulk_create(w.objects(), ignore_conflicts=True),
    "bulk_upsert": lambda w: w.table.objects.bulk_create(
        w.objects(), update_conflicts=True, unique_fields=["code"], update_fields=["name_en"]
    ),
    "bulk_update": _bulk_update,
    "update": lambda w: w.found().update(name_en=w.name),
    "raw_update": lambda w: w.execute("update TABLE set name_en = %s where id = any(%s)", [w.name, list(w.keys)]),
    "upsert": lambda w: _insert(w, "on conflict (id) do update set name_en = excluded.name_en"),
    "merge": _merge,
    "copy": _copy,
    "delete": lambda w: w.found().delete(),
    "raw_delete": lambda w: w.execute("delete from TABLE where id = any(%s)", [list(w.keys)]),
    "impossible": lambda w: w.execute(f"update TABLE set {IMPOSSIBLE[w.table]} where true", []),
}


# Whether a write puts a row: by whether the row is there, and whether any of the write's rows is.
PUTS: dict[str, Callable[[bool, bool], bool]] = {
    **dict.fromkeys(("save", "bulk_upsert", "upsert", "merge"), lambda row, any_row: True),
    **dict.fromkeys(("bulk_create", "copy"), lambda row, any_row: not any_row),
    **dict.fromkeys(("bulk_update", "update", "raw_update"), lambda row, any_row: row),
    "bulk_ignore": lambda row, any_row: not row,
    "impossible": lambda row, any_row: False,
}


@dataclass(frozen=True)
class Block:
    """Steps inside a savepoint or an inner revision, or a whole transaction; one that fails leaves nothing behind."""

    kind: str
    steps: "tuple[Write | Block, ...]"
    fails: bool

    def run(self) -> None:
        with suppress(ZeroDivisionError), self.opened():
            for step in self.steps:
                if isinstance(step, Write) and self.kind != "autocommit":
                    step.run_in_transaction()
                else:
                    step.run()
            if self.fails and self.kind != "autocommit":
                raise ZeroDivisionError

    def opened(self) -> AbstractContextManager[object]:
        if self.kind == "revision":
            return revision(by=Actor(name="A test"), reason="law")
        return transaction.atomic() if self.kind == "atomic" else nullcontext()

    def expect(self, model: Model) -> None:
        own = model.own_revision() if self.kind == "revision" else nullcontext()
        with model.undone(fails=self.fails and self.kind != "autocommit"), own:
            for step in self.steps:
                step.expect(model)
                if self.kind == "autocommit":
                    model.commit()


def _writes(most_keys: int) -> st.SearchStrategy[Write]:
    keys = st.lists(st.integers(1, 4), min_size=1, max_size=most_keys, unique=True).map(tuple)
    return st.builds(Write, st.sampled_from(sorted(KINDS)), st.sampled_from(list(TABLES)), keys, st.sampled_from("xyz"))


def _blocks(steps: st.SearchStrategy[Write | Block], *kinds: str) -> st.SearchStrategy[Block]:
    some = st.lists(steps, min_size=1, max_size=4).map(tuple)
    return st.builds(Block, st.sampled_from(kinds), some, st.sampled_from([False, False, True]))


STEPS = st.recursive(_writes(3), lambda inner: _blocks(inner, "atomic", "revision"), max_leaves=4)
REVISIONS = _blocks(STEPS, "revision")
# Outside any transaction each statement is one; a write of one key is one statement that changes something.
TRANSACTIONS = st.one_of(_blocks(STEPS, "revision", "atomic"), _blocks(_writes(1), "autocommit"))


def forget(model: Model) -> None:
    """Empty the tables, by a revision like any other, so that the next example begins with none of this one's rows."""
    Block("revision", tuple(Write("raw_delete", table, (1, 2, 3, 4), "") for table in TABLES), fails=False).run()
    model.rows.clear()
    model.head = head()
