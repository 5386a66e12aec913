"""Ready-made texts that pull an address: Power Query, curl, Python, R, DuckDB.

Pure functions of the address and its columns. Whatever a filter says stays a value: a literal of the language, or in an
address percent-encoded. A token never stands in a text: it comes from the environment variable `TRACKER_TOKEN`, or in
Excel and Power BI from their own store of credentials.
"""

import json
import re
import shlex
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tracker.tabular import Column, Kind

TOKEN = "TRACKER_TOKEN"  # the environment variable  # noqa: S105 - its name, no secret
_WIDTH = 88
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")

# Per kind: its type in M, in pandas (None: read as a date), in readr, in DuckDB.
_TYPES: dict[Kind, tuple[str, str | None, str, str]] = {
    Kind.TEXT: ("type text", "string", "col_character()", "VARCHAR"),
    Kind.CHOICE: ("type text", "string", "col_character()", "VARCHAR"),
    Kind.TEXTS: ("type text", "string", "col_character()", "VARCHAR"),
    Kind.WHOLE: ("Int64.Type", "Int64", "col_double()", "BIGINT"),  # an integer of R holds 32 bits only
    Kind.DECIMAL: ("type number", "float64", "col_double()", "DECIMAL(38, 6)"),
    Kind.FLAG: ("type logical", "boolean", "col_logical()", "BOOLEAN"),
    Kind.DAY: ("type date", None, 'col_date("%Y-%m-%d")', "DATE"),
    Kind.INSTANT: ("type datetimezone", None, "col_datetime()", "TIMESTAMPTZ"),
}


@dataclass(frozen=True)
class Address:
    """An address of the API in its parts: `https://host`, the path, the query in its order, none of it encoded."""

    site: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """The whole of it, encoded: ASCII, without a space, a quote or a plus sign for a space."""
        query = urlencode(self.query, quote_via=quote, safe=",:")
        return f"{self.site}{quote(self.path)}" + (f"?{query}" if query else "")


def m_text(value: str) -> str:
    """The value as a text literal of M: quotes doubled, `#(` and control characters written as escapes."""
    escaped = value.replace("#(", "#(#)(").replace('"', '""')
    return '"' + re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda found: f"#({ord(found[0]):04X})", escaped) + '"'


def m_name(name: str) -> str:
    """The name of a field of a record."""
    return name if _PLAIN_NAME.fullmatch(name) else f"#{m_text(name)}"


def code_text(value: str) -> str:
    """The value as a string literal of Python, and of R: both read JSON's, where nothing needs a surrogate pair."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def sql_text(value: str) -> str:
    """The value as a string literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def _wrapped(parts: Iterable[str], *, indent: int) -> str:
    """The parts with commas between, in lines that begin with so many spaces."""
    margin = " " * indent
    # What belongs together must not be broken at its spaces.
    text = ", ".join(part.replace(" ", "\0") for part in parts)
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines).replace("\0", " ")


def power_query(file: Address, columns: Sequence[Column]) -> str:
    """M for Excel and Power BI. The address is given in parts, so that a refresh in the Power BI Service knows its
    source before it runs; an empty cell is null."""
    query = ",\n".join(f"                {m_name(name)} = {m_text(value)}" for name, value in file.query)
    record = f",\n            Query = [\n{query}\n            ]" if query else ""
    types = _wrapped(
        [f"{{{m_text(column.name)}, {_TYPES[column.kind][0]}}}" for column in columns], indent=12
    )  # fmt: skip
    return f"""let
    Source = Web.Contents(
        {m_text(file.site)},
        [
            RelativePath = {m_text(file.path.lstrip("/"))}{record}
        ]
    ),
    Lines = Csv.Document(Source, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Headed = Table.PromoteHeaders(Lines, [PromoteAllScalars = true]),
    Known = Table.ReplaceValue(Headed, "", null, Replacer.ReplaceValue, Table.ColumnNames(Headed)),
    Rows = Table.TransformColumnTypes(
        Known,
        {{
{types}
        }},
        "en-CA"
    )
in
    Rows
"""


def curl(file: Address, name: str) -> str:
    """A shell command that saves the file under the name; a refusal ends it with an error and leaves no file."""
    return f"""curl --fail-with-body --remove-on-error --show-error --silent \\
    --header "Authorization: Bearer ${TOKEN}" \\
    --output {shlex.quote(name)} \\
    {shlex.quote(file.url)}
"""


def pandas(file: Address, columns: Sequence[Column]) -> str:
    """Python that reads the CSV file into a frame, every column with its type, text as it was written."""
    types = [f"{code_text(one.name)}: {code_text(known)}" for one in columns if (known := _TYPES[one.kind][1])]
    dates = [code_text(one.name) for one in columns if _TYPES[one.kind][1] is None]
    typed = f"\n    dtype={{\n{_wrapped(types, indent=8)},\n    }}," if types else ""
    parsed = f'\n    parse_dates=[\n{_wrapped(dates, indent=8)},\n    ],\n    date_format="ISO8601",' if dates else ""
    return f"""import os

import pandas

rows = pandas.read_csv(
    {code_text(file.url)},
    storage_options={{"Authorization": "Bearer " + os.environ["{TOKEN}"]}},{typed}{parsed}
    keep_default_na=False,
    na_values=[""],
)
"""


def r(file: Address, columns: Sequence[Column]) -> str:
    """R that reads the CSV file into a tibble, every column with its type."""
    types = _wrapped([f"{one.name} = {_TYPES[one.kind][2]}" for one in columns], indent=4)
    return f"""library(httr2)
library(readr)

answer <- request({code_text(file.url)}) |>
  req_auth_bearer_token(Sys.getenv("{TOKEN}")) |>
  req_perform()
rows <- read_csv(
  resp_body_raw(answer),
  na = "",
  col_types = cols(
{types}
  )
)
"""


def duckdb(name: str, columns: Sequence[Column]) -> str:
    """SQL that reads the CSV file that was saved under the name."""
    return f"CREATE OR REPLACE TABLE rows AS\n{_from_csv(name, columns)};\n"


def duckdb_from_address(file: Address, columns: Sequence[Column]) -> str:
    """SQL for DuckDB's command line with the extension httpfs: it asks the address itself."""
    return f"""INSTALL httpfs;
LOAD httpfs;
CREATE OR REPLACE SECRET tracker (
    TYPE http,
    SCOPE {sql_text(file.site + "/")},
    BEARER_TOKEN getenv('{TOKEN}')
);
CREATE OR REPLACE TABLE rows AS
{_from_csv(file.url, columns)};
"""


def _from_csv(place: str, columns: Sequence[Column]) -> str:
    types = _wrapped([f"{sql_text(one.name)}: {sql_text(_TYPES[one.kind][3])}" for one in columns], indent=8)
    return f"""FROM read_csv(
    {sql_text(place)},
    header = true,
    delim = ',',
    quote = '"',
    escape = '"',
    columns = {{
{types}
    }}
)"""


def follow(rows: Address, key: str, name: str) -> str:
    """Python, by its standard library, that keeps a file equal to the list: whole the first time, then by what changed.
    `key` is the column that names a row, `rows` the list without order and moment."""
    return f'''"""Keeps {name} equal to the list: run it as often as you like."""

import json
import os
import pathlib
import urllib.error
import urllib.parse
import urllib.request

LIST = {code_text(rows.url)}
KEPT = pathlib.Path({code_text(name)})
SIGNED = {{"Authorization": "Bearer " + os.environ["{TOKEN}"]}}


def pages(since):
    address = LIST + ("&since=" + urllib.parse.quote(since) if since else "")
    while address:
        with urllib.request.urlopen(urllib.request.Request(address, headers=SIGNED)) as answer:
            page = json.load(answer)
        yield page
        address = page["next"] and urllib.parse.urljoin(LIST, page["next"])


kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {{"since": "", "rows": {{}}}}
try:
    changes = list(pages(kept["since"]))
except urllib.error.HTTPError as error:
    if error.code != 410:  # 410: what you may see has changed, so begin anew
        raise
    kept = {{"since": "", "rows": {{}}}}
    changes = list(pages(""))
for page in changes:
    kept["since"] = page["since"]
    kept["rows"].update((str(row["{key}"]), row) for row in page["results"])
    for gone in page.get("gone", []):
        kept["rows"].pop(str(gone), None)
KEPT.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
'''
