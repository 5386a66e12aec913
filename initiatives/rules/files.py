"""What files are taken as evidence: their kind is read from their bytes, and must be the one that the name claims."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 200

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TEXT = "text/plain"
# The media type that each extension claims.
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".csv": "text/csv",
    ".xlsx": _SPREADSHEET,
    ".docx": _DOCUMENT,
    ".txt": _TEXT,
}
_SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_PARTS = {"xl/workbook.xml": _SPREADSHEET, "word/document.xml": _DOCUMENT}
# Below 0x20, text has tabs, line ends and form feeds only; other control bytes are some program's own format.
_NOT_TEXT = re.compile(rb"[^\t\n\f\r\x20-\xff]|\x7f")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!|\?|html|head|body|script|svg|iframe)", re.IGNORECASE)


def media_type(content: bytes) -> str:
    """What the bytes are: one of the media types taken, CSV as the plain text that it is; "" for all else."""
    for signature, found in _SIGNATURES.items():
        if content.startswith(signature):
            return found
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    if _NOT_TEXT.search(content) or _MARKUP.match(content):
        return ""
    return _TEXT


def claimed_type(name: str) -> str:
    """The media type that the name's extension claims; "" for extensions that are not taken."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "")


def file_problem(name: str, content: bytes) -> Promise | None:
    """Why the file is not taken as evidence, or None."""
    claimed = claimed_type(name)
    if len(name) > LONGEST_NAME:
        return _("The name of the file is too long: at most 200 characters.")
    if not claimed:
        return _("Files of this kind are not taken. Attach a PDF, PNG, JPEG, CSV, XLSX, DOCX or plain text file.")
    if not content:
        return _("The file is empty.")
    if len(content) > MOST_BYTES:
        return _("The file is larger than 10 MB.")
    if media_type(content) != (_TEXT if claimed == "text/csv" else claimed):
        return _("What is in the file is not what its name says, or it holds macros. Save it again, or attach a PDF.")
    return None


def _office_type(content: bytes) -> str:
    """The kind of an Office document, from the parts in its package; one with macros is of none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = {name.lower() for name in package.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if "[content_types].xml" not in names or any(name.endswith("vbaproject.bin") for name in names):
        return ""
    found = {kind for part, kind in _PARTS.items() if part in names}
    return found.pop() if len(found) == 1 else ""
