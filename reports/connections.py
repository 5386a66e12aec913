"""Files by which Office programs open an address: `.odc` for Excel (MS-ODCFF), `.pbids` for Power BI Desktop.

Neither holds a secret: both programs ask for a name and password (the token) and keep them in their own store.
"""

import json
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

from reports.snippets import Address

ODC_TYPE = "text/x-ms-odc; charset=utf-8"
PBIDS_TYPE = "application/json"
_MASHUP = "http://schemas.microsoft.com/DataMashup"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

# What Excel itself writes when a query is exported: HTML with two islands of XML, the queries escaped in the second.
_ODC = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/x-ms-odc; charset=utf-8">
<meta name=ProgId content=ODC.Database>
<meta name=SourceType content=OLEDB>
<title>{title}</title>
<xml id=docprops><o:DocumentProperties
  xmlns:o="urn:schemas-microsoft-com:office:office"
  xmlns="http://www.w3.org/TR/REC-html40">
  <o:Description>{about}</o:Description>
  <o:Name>{title}</o:Name>
 </o:DocumentProperties>
</xml><xml id=msodc><odc:OfficeDataConnection
  xmlns:odc="urn:schemas-microsoft-com:office:odc"
  xmlns="http://www.w3.org/TR/REC-html40">
  <odc:PowerQueryConnection odc:Type="OLEDB">
   <odc:ConnectionString>Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location={name};Extended Properties=&quot;&quot;</odc:ConnectionString>
   <odc:CommandType>SQL</odc:CommandType>
   <odc:CommandText>SELECT * FROM [{name}]</odc:CommandText>
  </odc:PowerQueryConnection>
  <odc:PowerQueryMashupData>{mashup}</odc:PowerQueryMashupData>
 </odc:OfficeDataConnection>
</xml>
</head>

<body></body>

</html>
"""  # noqa: E501 - a value of the format


def odc(name: str, query: str, *, title: str, about: str) -> bytes:
    """An Office Data Connection with one query in M, called `name` (letters, digits and underscores)."""
    return _ODC.format(
        title=escape(title), about=escape(about), name=escape(name), mashup=escape(_mashup(name, query))
    ).encode()


def _mashup(name: str, query: str) -> str:
    root = Element("Mashup", {"xmlns": _MASHUP, "xmlns:xsi": _INSTANCE})
    for tag, text in {
        "Client": "EXCEL", "Version": "2.140.405.0", "MinVersion": "2.21.0.0", "Culture": "en-CA",
        "SafeCombine": "true",
    }.items():  # fmt: skip
        SubElement(root, tag).text = text
    item = SubElement(SubElement(root, "Items"), "Query", {"Name": name})
    SubElement(item, "Formula").text = query
    SubElement(item, "IsParameterQuery", {"xsi:nil": "true"})
    SubElement(item, "IsDirectQuery", {"xsi:nil": "true"})
    return tostring(root, encoding="unicode")


def pbids(file: Address) -> bytes:
    """A Power BI data source: it opens the address with the web connector."""
    source = {
        "version": "0.1",
        "connections": [
            {
                "details": {
                    "protocol": "http",
                    "address": {"url": file.url},
                    "authentication": None,
                    "query": None,
                },
                "options": {},
                "mode": "Import",
            }
        ],
    }
    return json.dumps(source, indent=2).encode()
