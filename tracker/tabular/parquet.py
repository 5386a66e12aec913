"""Parquet with typed columns, by pyarrow out of the CSV that PostgreSQL writes; in constant memory."""

import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import orjson
from django.db.models import QuerySet

from tracker.tabular.columns import AsJson, Column, Kind
from tracker.tabular.copy import IN_MEMORY, Bounds, Made, Spool, copied, statement_of

if TYPE_CHECKING:
    import pyarrow

BLOCK = 4 << 20  # bytes of CSV that are read at once
GROUP = 65_536  # rows of a row group: what a reader has to hold


def make_parquet(
    rows: QuerySet[Any], columns: Sequence[Column], *, told: Mapping[str, str],
    about: Mapping[str, Mapping[str, str]], bounds: Bounds | None = None,
) -> Made:  # fmt: skip
    """The rows as Parquet (zstd): decimals, days and instants (UTC) as such, choices as dictionaries, arrays as lists.

    `told` is of the file, `about` of its columns by name: both stand in its metadata. Raises as `make_csv` does.
    """
    bounds = bounds or Bounds()
    spool = Spool(bounds)
    try:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as plain:
            _plain_csv(rows, columns, plain, spool)
            plain.seek(0)
            _convert(plain, columns, spool, told=told, about=about)
        return spool.made_by_others()
    except BaseException:
        spool.file.close()
        raise


def _plain_csv(rows: QuerySet[Any], columns: Sequence[Column], plain: IO[bytes], spool: Spool) -> None:
    """Before pyarrow sees anything: it reads in threads of its own, where no transaction is."""
    values = [AsJson(column.value()) if column.kind is Kind.TEXTS else column.text(defused=False) for column in columns]
    select, params = statement_of(rows, values, spool.bounds)
    for some in copied(select, params, options="csv"):
        spool.took(len(some))
        plain.write(b"".join(some))


def _convert(
    plain: IO[bytes], columns: Sequence[Column], spool: Spool, *, told: Mapping[str, str],
    about: Mapping[str, Mapping[str, str]],
) -> None:  # fmt: skip
    # Imported where it is used: it takes as much memory as all the rest of a web process.
    import pyarrow as pa  # noqa: PLC0415 - large, and only for such files
    from pyarrow import csv, parquet  # noqa: PLC0415 - large, and only for such files

    fields = [pa.field(column.name, _type(column), metadata=dict(about.get(column.name, {}))) for column in columns]
    schema = pa.schema(fields, metadata=dict(told))
    read = {column.name: pa.string() if column.kind is Kind.TEXTS else _type(column) for column in columns}
    if spool.rows == 0:
        parquet.write_table(schema.empty_table(), spool.file, compression="zstd")
        return
    batches = csv.open_csv(
        plain,
        read_options=csv.ReadOptions(column_names=list(read), block_size=BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=read, null_values=[""], true_values=["true"], false_values=["false"], strings_can_be_null=True,
            quoted_strings_can_be_null=False, timestamp_parsers=[csv.ISO8601],
        ),
    )  # fmt: skip
    with parquet.ParquetWriter(spool.file, schema, compression="zstd") as writer:
        for batch in batches:
            listed = [_lists(pa, value, column) for value, column in zip(batch.columns, columns, strict=True)]
            writer.write_table(pa.Table.from_arrays(listed, schema=schema), row_group_size=GROUP)
            spool.bound(spool.file.tell())


def _lists(pa: Any, values: Any, column: Column) -> Any:
    """Arrays came as JSON, which CSV can hold."""
    if column.kind is not Kind.TEXTS:
        return values
    return pa.array([None if one is None else orjson.loads(one) for one in values.to_pylist()], _type(column))


def _type(column: Column) -> "pyarrow.DataType":
    import pyarrow as pa  # noqa: PLC0415 - large, and only for such files

    types: dict[Kind, Any] = {
        Kind.TEXT: pa.string(), Kind.CHOICE: pa.dictionary(pa.int32(), pa.string()), Kind.WHOLE: pa.int64(),
        Kind.DECIMAL: pa.decimal128(38, column.places), Kind.FLAG: pa.bool_(), Kind.DAY: pa.date32(),
        Kind.INSTANT: pa.timestamp("us", tz="UTC"), Kind.TEXTS: pa.list_(pa.string()),
    }  # fmt: skip
    return types[column.kind]
