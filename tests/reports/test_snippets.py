"""Ready-made texts: whatever a filter says stays a value, and decodes to the same address."""

import ast
import json
import re
import shlex
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports import snippets
from reports.connections import odc, pbids
from reports.snippets import Address
from tracker.tabular import Column, Kind

SITE = "https://tracker.example"
COLUMNS = [Column(f"a_{kind}", "pk", kind) for kind in Kind]
# What a filter may hold: anything but NUL, which the tracker refuses, and halves of surrogate pairs.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
AWKWARD = [
    '"',
    "'",
    "#(lf)",
    "##((",
    '"" & "',
    "É « à »",
    "a+b c&d=e#f?g%20",
    "]]>",
    "\\",
    "$(date)`x`",
    "\r\n\t",
    ";--",
    "{[",
    "\u2028",
    "#",
]
QUERIES = st.lists(st.tuples(st.sampled_from(["plan", "q", "as_of", "on", "fields"]), TEXT), max_size=4)


def address(query, path="/api/v1/exports/initiatives.csv"):
    return Address(SITE, path, tuple(query))


def asked(url):
    """The path and the query of an encoded address."""
    parts = urlsplit(url)
    assert url.isascii()
    assert f"{parts.scheme}://{parts.netloc}" == SITE
    return unquote(parts.path), tuple(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))


def read_m(text: str, start: int = 0) -> tuple[str, int]:
    """The text literal of M that begins there, by the grammar of the language, and where it ends."""
    assert text[start] == '"'
    found, at = [], start + 1
    while True:
        if text.startswith('""', at):
            found.append('"')
            at += 2
        elif text[at] == '"':
            return "".join(found), at + 1
        elif text.startswith("#(", at):
            end = text.index(")", at)
            words = {"#": "#", "cr": "\r", "lf": "\n", "tab": "\t"}
            found += [words.get(word) or chr(int(word, 16)) for word in text[at + 2 : end].split(",")]
            at = end + 1
        else:
            assert text[at] >= " ", "a line break in a literal"
            found.append(text[at])
            at += 1


def m_parts(text: str) -> tuple[str, list[str]]:
    """The text without its literals, and the literals."""
    rest, literals, at = [], [], 0
    while at < len(text):
        if text[at] == '"':
            literal, at = read_m(text, at)
            literals.append(literal)
            rest.append("L")
        else:
            rest.append(text[at])
            at += 1
    return "".join(rest), literals


class TestLiterals:
    @given(TEXT)
    @example('"')
    @example("#(lf)")
    @example("##(#")
    def test_of_m(self, value):
        literal = snippets.m_text(value)
        assert read_m(literal) == (value, len(literal))

    @given(TEXT)
    def test_of_python_and_r(self, value):
        literal = snippets.code_text(value)
        assert ast.literal_eval(literal) == value
        assert not re.search(r"[\x00-\x1f\x7f]", literal)

    @given(TEXT)
    @settings(max_examples=40, deadline=None)
    def test_of_sql(self, value):
        assert duckdb.execute(f"select {snippets.sql_text(value)}").fetchall() == [(value,)]


def every_query(test):
    """For any query, and for the most awkward one."""
    awkward = example([("q", text) for text in AWKWARD])
    return given(QUERIES)(awkward(settings(max_examples=60, deadline=None)(test)))


class TestEveryTextAsksThatAddress:
    @every_query
    def test_encoded(self, query):
        assert asked(address(query).url) == ("/api/v1/exports/initiatives.csv", tuple(query))
        assert not re.search(r"[ \"'+<>\\^`{|}$;]", address(query).url)

    @every_query
    def test_in_m(self, query):
        file = address(query)
        rest, literals = m_parts(snippets.power_query(file, COLUMNS))
        assert literals[:2] == [SITE, "api/v1/exports/initiatives.csv"]
        assert tuple(literals[2 : 2 + len(query)]) == tuple(value for _name, value in query)
        assert re.findall(r"^ {16}(\w+) = L", rest, re.MULTILINE) == [name for name, _value in query]
        for opening, closing in ("()", "[]", "{}"):
            assert rest.count(opening) == rest.count(closing)

    @every_query
    def test_in_a_shell(self, query):
        words = shlex.split(snippets.curl(address(query), "it's.csv").replace("\\\n", " "))
        assert words[-3:] == ["--output", "it's.csv", address(query).url]
        assert words.count("Authorization: Bearer $TRACKER_TOKEN") == 1

    @every_query
    def test_in_python(self, query):
        tree = ast.parse(snippets.pandas(address(query), COLUMNS))
        assert address(query).url in [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)]
        tree = ast.parse(snippets.follow(address(query), "id", "x.json"))
        assert address(query).url in [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)]

    @every_query
    def test_in_r_and_sql(self, query):
        assert f'request("{address(query).url}")' in snippets.r(address(query), COLUMNS)
        text = snippets.duckdb_from_address(address(query), COLUMNS)
        assert len(duckdb.extract_statements(text)) == 4
        assert f"'{address(query).url}'" in text

    @every_query
    def test_in_files_for_office(self, query):
        source = json.loads(pbids(address(query)))
        assert asked(source["connections"][0]["details"]["address"]["url"])[1] == tuple(query)
        text = snippets.power_query(address(query), COLUMNS)
        assert formula_of(odc("initiatives", text, title="A & <b>", about="]]>")) == text


def formula_of(file: bytes) -> str:
    """The query in an Office data connection, read as Excel does: the island of XML, and the XML that its text is."""
    text = file.decode()
    HTMLParser().feed(text)
    islands = re.findall(r"<xml id=(\w+)>(.*?)</xml>", text, re.DOTALL)
    assert [name for name, _island in islands] == ["docprops", "msodc"]
    names = {"o": "urn:schemas-microsoft-com:office:office", "odc": "urn:schemas-microsoft-com:office:odc"}
    told = ElementTree.fromstring(islands[0][1])  # noqa: S314 - our own
    assert told.findtext("o:Name", "", names)
    connection = ElementTree.fromstring(islands[1][1])  # noqa: S314 - our own
    assert connection.tag == f"{{{names['odc']}}}OfficeDataConnection"
    [way] = connection.findall("odc:PowerQueryConnection", names)
    assert way.get(f"{{{names['odc']}}}Type") == "OLEDB"
    assert "Location=initiatives;" in (way.findtext("odc:ConnectionString", "", names))
    inner = connection.findtext("odc:PowerQueryMashupData", "", names)
    mashup = "{http://schemas.microsoft.com/DataMashup}"
    [query] = ElementTree.fromstring(inner).iter(f"{mashup}Query")  # noqa: S314 - our own
    assert query.get("Name") == "initiatives"
    return query.findtext(f"{mashup}Formula", "")


@pytest.mark.parametrize("text", [
    snippets.power_query(address([]), COLUMNS), snippets.pandas(address([]), COLUMNS),
    snippets.r(address([]), COLUMNS), snippets.duckdb("a.csv", COLUMNS),
    snippets.duckdb_from_address(address([]), COLUMNS),
])  # fmt: skip
def test_every_kind_of_column_has_a_type_in_every_language(text):
    assert all(f"a_{kind}" in text for kind in Kind)


def test_no_text_holds_a_token_and_all_name_where_it_comes_from():
    file = address([("plan", "BP")])
    for text in (
        snippets.curl(file, "a.csv"), snippets.pandas(file, COLUMNS), snippets.r(file, COLUMNS),
        snippets.duckdb_from_address(file, COLUMNS), snippets.follow(file, "id", "a.json"),
    ):  # fmt: skip
        assert "TRACKER_TOKEN" in text
        assert "apt_" not in text
    assert "Authorization" not in snippets.power_query(file, COLUMNS)
    assert unescape(odc("a", "let x = 1 in x", title="A & <b>", about="b").decode()).count("password") == 0
