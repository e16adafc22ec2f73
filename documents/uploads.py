"""受け取るファイルの検査。PDF・PNG・JPEG と、動く部品のない Excel（xlsx）・Word（docx）だけを、名前ではなく中身で見分ける。

画像は Pillow で確かめる。PDF は、動きを仕込む部品（JavaScript・自動実行・外部起動・添付・XFA）を、
#xx で書いた名前や圧縮されたオブジェクトの中まで探して断る。Excel・Word は documents.office が調べる。
二つの形式として読めるもの（PDF の後ろに ZIP や HTML をつないだものなど）も断る。直して受け取ることはしない。
"""

from __future__ import annotations

import re
import unicodedata
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError

from documents import office

LARGEST = 10 * 1024 * 1024
#: 一つの圧縮された部分と、全体で伸ばしてよい大きさ（圧縮爆弾の備え）
_LARGEST_STREAM = 32 * 1024 * 1024
_LARGEST_TOTAL = 128 * 1024 * 1024
_LARGEST_IMAGE_PIXELS = 100_000_000
_LONGEST_NAME = 100

ACCEPTED = "PDF・PNG・JPEG・Excel（xlsx）・Word（docx）"
#: 入力欄の accept（選びやすくするだけで、決めるのは中身）
EXTENSIONS = ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"
#: 入力欄に添える説明
HELP = f"{ACCEPTED}。{LARGEST // (1024 * 1024)}MBまで。マクロやパスワードの付いたものは受け取れません。"
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

#: 断る PDF の名前と、人に言う言葉
_HOSTILE = {
    b"JavaScript": "JavaScript",
    b"JS": "JavaScript",
    b"OpenAction": "開いたときの自動の動作",
    b"AA": "自動の動作",
    b"Launch": "ほかのプログラムの起動",
    b"EmbeddedFile": "埋め込まれたファイル",
    b"EmbeddedFiles": "埋め込まれたファイル",
    b"XFA": "動くフォーム（XFA）",
    b"RichMedia": "埋め込まれた動画など",
    b"Movie": "埋め込まれた動画など",
    b"SubmitForm": "外部への送信",
    b"ImportData": "外部からの取込み",
    b"GoToR": "ほかのファイルへの移動",
    b"GoToE": "ほかのファイルへの移動",
}
_NAME = re.compile(rb"/((?:[^\x00\t\n\f\r ()<>\[\]{}/%#]|#[0-9A-Fa-f]{2})+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n?(.*?)endstream", re.DOTALL)
#: 圧縮のほかの変換。オブジェクトの入れ物に使われていると、中を調べられない。
_OTHER_FILTERS = frozenset(
    {b"ASCIIHexDecode", b"AHx", b"ASCII85Decode", b"A85", b"LZWDecode", b"LZW", b"RunLengthDecode", b"RL", b"Crypt"}
) | {b"Predictor"}
#: 画像や PDF に紛れ込ませた、ブラウザの読む言葉
_MARKUP = re.compile(rb"<(?:script|html|iframe|!doctype\s+html|svg[\s>/])", re.IGNORECASE)
#: 文字でない部分を調べるときの、名前の長さの下限。短い名前は画像の中にも偶然に現れる。
_SHORTEST_IN_RAW, _SHORTEST_IN_BINARY = 3, 5


@dataclass(frozen=True)
class CheckedFile:
    """調べ終えたファイル。"""

    filename: str
    media_type: str
    content: bytes


def inspect(name: str, file) -> CheckedFile:
    """中身を調べて受け取る。受け取れないときは ValidationError（文）。"""
    if getattr(file, "size", 0) and file.size > LARGEST:
        raise ValidationError(_too_large(), code="size")
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValidationError(_too_large(), code="size")
    if not content:
        raise ValidationError("ファイルの中身が空です。", code="empty")
    if len(_stem(name)) > _LONGEST_NAME:
        raise ValidationError(
            f"ファイルの名前が長すぎます（{len(_stem(name))}字）。{_LONGEST_NAME}字までに短くしてください。",
            code="name",
        )
    if content.startswith(office.OLE_HEAD):
        raise ValidationError(office.OLD_OR_LOCKED, code="old")
    kind = _kind(content)
    if kind is None:
        raise ValidationError(
            f"受け取れるのは{ACCEPTED}だけです。このファイルの中身は、そのどれでもありません。", code="type"
        )
    if kind in ("xlsx", "docx"):
        office.check(content, kind)
    elif kind == "pdf":
        _check_pdf(content)
    else:
        _check_image(content, kind)
    return CheckedFile(clean_name(name, kind), _MEDIA_TYPES[kind], content)


def clean_name(name: str, kind: str) -> str:
    """保存する名前。フォルダーや制御文字を落とし、拡張子を中身に合わせる。"""
    return f"{_stem(name)[:_LONGEST_NAME] or '書類'}.{kind}"


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFC", str(name or "")).replace("\\", "/")
    stem = PurePosixPath(plain).name
    stem = re.sub(r"\.(pdf|png|jpe?g|xlsx|docx)$", "", stem, flags=re.IGNORECASE)
    # 書字方向を変える文字などは、拡張子を偽るのに使われる。
    stem = "".join(c for c in stem if unicodedata.category(c)[0] != "C")
    return re.sub(r'[<>:"/|?*;%]+', "_", stem).strip(" ._")


def _kind(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"PK\x03\x04"):
        return office.kind_of(content)
    return None


def _refuse_two_faces(content: bytes, visible: bytes) -> None:
    """別の形式としても読めるものを断る。visible は、圧縮や書体の入っていない、文字として読まれる部分。"""
    if zipfile.is_zipfile(BytesIO(content)) or _MARKUP.search(visible):
        raise ValidationError(
            "このファイルには、別の形式のファイルがつなぎ合わされています。印刷し直した PDF か、写真を登録してください。",
            code="polyglot",
        )


def _too_large() -> str:
    return f"ファイルが大きすぎます。{LARGEST // (1024 * 1024)}MBまでにしてください。"


# --- 画像 ----------------------------------------------------------------------------------


def _check_image(content: bytes, kind: str) -> None:
    from PIL import Image  # 画像を受け取るときだけ読み込む

    broken = ValidationError("画像として開けません。撮り直すか、保存し直してください。", code="broken")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=["PNG", "JPEG"]) as image:
                if image.width * image.height > _LARGEST_IMAGE_PIXELS:
                    raise ValidationError("画像が大きすぎます（画素の数が多すぎます）。", code="size")
                if image.format != {"png": "PNG", "jpg": "JPEG"}[kind]:
                    raise broken
                image.verify()
            with Image.open(BytesIO(content), formats=["PNG", "JPEG"]) as image:
                image.load()  # verify は途中で切れた画像を見のがす
        _refuse_two_faces(content, content)
        if b"%PDF-" in content:
            raise ValidationError("この画像には PDF がつなぎ合わされています。撮り直してください。", code="polyglot")
    except ValidationError:
        raise
    except Exception as error:
        raise broken from error


# --- PDF -----------------------------------------------------------------------------------


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise ValidationError("PDF が途中で切れています。保存し直してください。", code="broken")
    # 圧縮された部分の外は、どの名前も調べる。圧縮された部分に見せかけた所にも、長い名前を探す。
    outside = _STREAM.sub(b"stream endstream", content)
    _refuse_hostile(outside)
    _refuse_hostile(content, _SHORTEST_IN_RAW)
    _refuse_two_faces(content, outside)
    if b"Encrypt" in set(_names(outside)):
        raise ValidationError("暗号のかかった PDF は受け取れません。暗号を外してください。", code="encrypted")
    total = 0
    for stream in _STREAM.finditer(content):
        plain = _inflate(stream[1])
        if _holds_objects(content, stream.start()):
            _check_object_stream(content, stream, plain)
        if plain is None:
            plain = stream[1]
        total += len(plain)
        if len(plain) >= _LARGEST_STREAM or total > _LARGEST_TOTAL:
            raise ValidationError("PDF の中身が大きすぎて調べられません。", code="size")
        _refuse_hostile(plain, _SHORTEST_IN_BINARY if _is_binary(plain) else 1)


def _dictionary_before(content: bytes, position: int) -> set[bytes]:
    """stream の前の辞書にある名前。"""
    begin = content.rfind(b"obj", max(0, position - 4096), position)
    return set(_names(content[max(begin, 0) : position]))


def _holds_objects(content: bytes, position: int) -> bool:
    names = _dictionary_before(content, position)
    return b"ObjStm" in names or {b"First", b"N"} <= names


def _check_object_stream(content: bytes, stream, plain: bytes | None) -> None:
    names = _dictionary_before(content, stream.start())
    if names & _OTHER_FILTERS or (plain is None and (b"Filter" in names or b"F" in names)):
        raise ValidationError(
            "この PDF は中身を調べられない形で保存されています。印刷し直してください。", code="hostile"
        )


def _inflate(data: bytes) -> bytes | None:
    """zlib で圧縮された部分を伸ばす。圧縮でなければ None。壊れた終わりは許す（読める所までを調べる）。"""
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        machine = zlib.decompressobj(window)
        try:
            plain = machine.decompress(data, _LARGEST_STREAM)
        except zlib.error:
            continue
        if plain:
            return plain
    return None


def _is_binary(plain: bytes) -> bool:
    """画像や書体など、文字でないもの。"""
    head = plain[:512]
    return sum(byte < 9 or 13 < byte < 32 or byte > 126 for byte in head) * 4 > len(head)


def _names(data: bytes):
    for found in _NAME.finditer(data):
        yield _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[1])


def _refuse_hostile(data: bytes, shortest: int = 1) -> None:
    found = {_HOSTILE[name] for name in _names(data) if len(name) >= shortest and name in _HOSTILE}
    if found:
        what = "・".join(sorted(found))
        raise ValidationError(
            f"この PDF には、受け取れない仕掛け（{what}）が含まれています。印刷し直した PDF か、写真を登録してください。",
            code="hostile",
        )
