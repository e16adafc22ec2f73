"""Excel（xlsx）・Word（docx）の検査。動くもの・外から取り込むもの・中に隠すものがあれば断る。

中身は XML を収めた ZIP である。マクロ（VBA・Excel 4.0）、埋め込まれた物（OLE・ActiveX）、外部のリンクとひな形、
DDE などの自動の取込み、名前と中身の違う部品、伸ばすと膨れ上がる ZIP を断る。直して受け取ることはしない。
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.parsers import expat

from django.core.exceptions import ValidationError

#: 本体の種類 → 拡張子
_MAIN_PARTS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
}
_FOLDERS = {"xlsx": "xl/", "docx": "word/"}
_LARGEST_PART = 64 * 1024 * 1024
_LARGEST_TOTAL = 128 * 1024 * 1024
_MOST_PARTS = 5_000

#: 部品の置き場所・種類・つながりに現れたら断る語と、人に言う言葉
_HOSTILE = (
    (("vbaproject", "vbadata", "macroenabled", "macrosheet", "dialogsheet", "xlmacro", "vbaprojectsignature"), "マクロ"),
    (("activex", "/control"), "埋め込まれた部品（ActiveX）"),
    (("oleobject", "/embeddings/", "/package", "afchunk", "subdocument"), "埋め込まれたファイル"),
    (("externallink", "attachedtemplate", "querytable", "/connections", "webextension", "datamodel", "customui",
      "attachedtoolbars", "volatiledependencies"), "外部のデータやひな形"),
)  # fmt: skip
#: 画面の上の部品（チェックボックスなど）の設定と、パッケージの正しい種類の名は、上の語に似ていても断らない。
_HARMLESS = (
    "/relationships/ctrlprop",
    "controlproperties+xml",
    "ctrlprops/ctrlprop",
    "schemas.openxmlformats.org/package",
)
_LINKS = re.compile(r"^(https?|mailto):", re.IGNORECASE)
_FIELDS = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b", re.IGNORECASE)
_FORMULAS = re.compile(r"\b(WEBSERVICE|CALL|REGISTER(\.ID)?|EXEC|RTD|IMAGE)\s*\(", re.IGNORECASE)
_FORMULA_TAGS = frozenset({"f", "formula", "definedName"})
#: XML でない部品として許す拡張子
_MEDIA = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "odttf"})
_FOREIGN_HEADS = {
    b"MZ": "プログラム",
    b"\xd0\xcf\x11\xe0": "埋め込まれたファイル",
    b"PK\x03\x04": "埋め込まれたファイル",
    b"%PDF": "埋め込まれたファイル",
}

OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_OR_LOCKED = (
    "古い形式（xls・doc）か、パスワードの付いた Excel・Word は受け取れません。"
    "パスワードを外し、xlsx・docx で保存し直すか、PDF にしてください。"
)
_BROKEN = "Excel・Word のファイルとして開けません。保存し直してください。"


def kind_of(content: bytes) -> str | None:
    """xlsx か docx か。どちらでもない ZIP は None。検査は check がする。"""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _main_kind(_read(archive, archive.getinfo("[Content_Types].xml")))
    except ValidationError:
        raise
    except Exception:  # 壊れた ZIP の投げるものは、数えきれない。
        return None


def check(content: bytes, kind: str) -> None:
    """中身を調べる。受け取れないときは ValidationError（文）。"""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_container(content, archive)
            parts = archive.infolist()
            if not any(part.filename.startswith(_FOLDERS[kind]) for part in parts):
                raise ValidationError(_BROKEN, code="broken")
            for part in parts:
                _check_part(part.filename.lower(), _read(archive, part))
    except ValidationError:
        raise
    except Exception as problem:  # 壊し方は数えきれない。読めないものは受け取らない。
        raise ValidationError(_BROKEN, code="broken") from problem


def _check_container(content: bytes, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    end = content.rfind(b"PK\x05\x06")
    # 前や後ろに別のファイルをつないだもの、一覧に載せずに隠した部品は、見る道具によって中身が違って見える。
    if archive.comment or end + 22 != len(content) or min((part.header_offset for part in parts), default=1) != 0:
        raise _hostile("つなぎ合わせたファイル")
    if len(set(map(str.lower, names))) != len(names) or any(
        name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names
    ):
        raise _hostile("つなぎ合わせたファイル")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_TOTAL:
        raise ValidationError("Excel・Word の中身が大きすぎて調べられません。", code="size")
    if any(part.flag_bits & 1 for part in parts):
        raise ValidationError(OLD_OR_LOCKED, code="encrypted")


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """伸ばして読む。書かれた大きさは信じず、読みながら数える。"""
    with archive.open(part) as stream:
        data = stream.read(_LARGEST_PART + 1)
    if len(data) > _LARGEST_PART:
        raise ValidationError("Excel・Word の中身が大きすぎて調べられません。", code="size")
    return data


def _check_part(name: str, data: bytes) -> None:
    if name.endswith("/"):
        return
    _refuse_words(f"/{name}")
    suffix = name.rsplit(".", 1)[-1]
    if suffix in ("xml", "rels", "vml"):
        _check_xml(data)
        return
    for head, what in _FOREIGN_HEADS.items():
        if data.startswith(head):
            raise _hostile(what)
    printer_settings = suffix == "bin" and "/printersettings/" in name
    if suffix not in _MEDIA and not printer_settings:
        raise _hostile("知らない種類の部品")


def _refuse_words(text: str) -> None:
    if any(word in text for word in _HARMLESS):
        return
    for words, what in _HOSTILE:
        if any(word in text for word in words):
            raise _hostile(what)


def _check_xml(data: bytes) -> None:
    """つながり・種類・式・欄を見る。実体宣言（DTD）のある XML は読まない。"""
    inside: list[str] = []
    formula: list[str] = []
    field: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rsplit(":", 1)[-1]
        inside.append(local)
        if local == "Relationship":
            _check_relationship({key.lower(): value for key, value in attributes.items()})
        elif local in ("Default", "Override"):
            _refuse_words(attributes.get("ContentType", "").lower())
        elif local == "fldSimple":
            _check_field(next((value for key, value in attributes.items() if key.endswith("instr")), ""))
        elif local == "fldChar":
            # Word の欄の式は、細かく切って書ける。欄の区切りまでをつないで見る。
            _check_field("".join(field))
            field.clear()
        elif local in ("ddeLink", "oleLink", "externalBook", "webPublishItem"):
            raise _hostile("外部のデータやひな形")

    def end(tag: str) -> None:
        if inside.pop() in _FORMULA_TAGS:
            if _FORMULAS.search("".join(formula)):
                raise _hostile("外部のデータを取り込む式")
            formula.clear()

    def text(written: str) -> None:
        if inside and inside[-1] in _FORMULA_TAGS:
            formula.append(written)
        elif inside and inside[-1] == "instrText":
            field.append(written)

    def refuse_doctype(*given) -> None:
        raise _hostile("XML の実体宣言")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.Parse(data, True)
    _check_field("".join(field))


def _check_field(instruction: str) -> None:
    # リンク先の文字の中の語は、欄の名ではない。
    if _FIELDS.search(re.sub(r'"[a-z]+://[^"]*"', "", instruction, flags=re.IGNORECASE)):
        raise _hostile("外部のデータを取り込む欄")


def _check_relationship(relation: dict[str, str]) -> None:
    kind, target = relation.get("type", "").lower(), relation.get("target", "")
    _refuse_words(kind)
    if relation.get("targetmode", "").lower() != "external":
        if re.match(r"^[a-z][a-z0-9+.-]*:|^//|^\\", target, re.IGNORECASE):
            raise _hostile("外部のデータやひな形")
        return
    # 押して開くだけの、ふつうのウェブと電子メールのリンクは許す。ほかの外部のものは、開いただけで取りに行く。
    if not (kind.endswith("/hyperlink") and _LINKS.match(target)):
        raise _hostile("外部のデータやひな形")


def _main_kind(content_types: bytes) -> str | None:
    found: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        kind = _MAIN_PARTS.get(attributes.get("ContentType", "").lower())
        if kind:
            found.append(kind)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(content_types, True)
    except expat.ExpatError:
        return None
    return found[0] if found else None


def _hostile(what: str) -> ValidationError:
    return ValidationError(
        f"この Excel・Word には、受け取れない仕掛け（{what}）が含まれています。"
        "マクロやリンクのない形で保存し直すか、PDF にしてください。",
        code="hostile",
    )
