"""Real Excel and Word files, and what can be hidden in them, made by hand so that every byte is known."""

import zipfile
from io import BytesIO

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument"
_MAIN = {
    "xlsx": ("xl/workbook.xml", f"{TYPES}.spreadsheetml.sheet.main+xml"),
    "docx": ("word/document.xml", f"{TYPES}.wordprocessingml.document.main+xml"),
}
_SHEET = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>'


def content_types(main, kind, more=""):
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{kind}"/>{more}</Types>'
    )


def relationships(*rows):
    inside = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"{mode}/>'
        for number, (kind, target, mode) in enumerate(rows)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def external(kind, target):
    return relationships((f"{OFFICE}/{kind}", target, ' TargetMode="External"'))


def office(kind="xlsx", parts=None, *, main_type="", types="", after=b"", before=b""):
    """A small document of this kind with these further parts."""
    main, of_kind = _MAIN[kind]
    everything = {
        "[Content_Types].xml": content_types(main, main_type or of_kind, types),
        "_rels/.rels": relationships((f"{OFFICE}/officeDocument", main, "")),
        main: _SHEET,
        "docProps/core.xml": "<cp xmlns='urn:x'/>",
        **(parts or {}),
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in everything.items():
            archive.writestr(name, content)
    return before + out.getvalue() + after


def paragraph(*runs):
    """A Word paragraph whose field is written in these pieces."""
    pieces = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        f'<w:document xmlns:w="urn:w"><w:p>{char.format("begin")}{pieces}{char.format("separate")}</w:p></w:document>'
    )


def formula(text):
    return f"<worksheet><sheetData><row><c><f>{text}</f></c></row></sheetData></worksheet>"
