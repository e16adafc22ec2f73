"""組合員の取込: 預かる → 下見 → 確かめて登録。登録の前に同じ下見をやり直し、結果が変わっていれば登録しない。"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import date, datetime, time

import tablib
from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin.flow import StepRefused, block
from members import operations, sheets
from members.enums import ImportChoice
from members.models import ImportBatch
from members.resources import MemberResource, RowResult

logger = logging.getLogger(__name__)

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
LABELS = {REFUSED: "直す", NEW: "新規", CHANGED: "変更", UNCHANGED: "変わらない"}
REASON_COLUMNS = ("行番号", "理由")
#: 新規の行では、下見にこれだけを見せる（残りはファイルのとおりに入る）。
_SHOWN_OF_NEW = ("代表者", "代表者生年月日", "業種", "出資金額", "銀行名", "支店名")
_WIDTHS = {
    "組合員番号": 11, "名称": 30, "カナ": 30, "法人番号": 16, "代表者": 14, "代表者カナ": 18, "代表者住所": 34,
    "業種": 22, "住所": 36, "口座名義（カナ）": 28, "備考": 30, "理由": 70, "行番号": 8,
}  # fmt: skip


def start(*, filename: str, content: bytes, by, on: date) -> ImportBatch:
    """ファイルを預かり、下見する。読めないファイルは UnreadableFile。"""
    preview = _preview(content, MemberResource(by=by, on=on))
    return operations.keep_import(
        filename=filename, content=content, sha256=hashlib.sha256(content).hexdigest(), preview=preview, by=by, on=on
    )


@transaction.atomic
def again(*, batch: ImportBatch, by, on: date) -> ImportBatch:
    """預かったファイルを、いまの台帳でもう一度下見する。"""
    preview = _preview(bytes(batch.content), MemberResource(by=by, on=on))
    return operations.preview_again(batch=batch, preview=preview, by=by, on=on)


@transaction.atomic
def confirm(*, batch: ImportBatch, choice: str, by, on: date) -> ImportBatch:
    """下見のとおりに登録する。下見のあとに台帳が変わり、結果が違うときは、何も登録せずに断る。"""
    choice = ImportChoice(choice)
    batch = operations.finish_import(batch=batch, choice=choice, by=by, on=on)
    if choice == ImportChoice.ALL and batch.refused_count:
        raise _refused(
            f"直す行が{batch.refused_count}行あります。全件そろったときだけ登録するときは、ファイルを直して取り込み直してください。",
            "all_or_nothing",
        )
    content = bytes(batch.content)
    if hashlib.sha256(content).hexdigest() != batch.sha256:
        raise _refused("預かったファイルの指紋が合いません。もう一度ファイルを選んでください。", "file_changed")
    # 登録は下見と同じ道を通る。その結果が下見と一つでも違えば、取引ごと取り消す。
    if _preview(content, MemberResource(by=by, on=on, for_registration=True))["digest"] != batch.digest:
        raise _refused(
            "下見のあとに、組合員か人の台帳が変わりました。下見のとおりには登録できません。"
            "「下見をやり直す」を押して、結果をもう一度確かめてください。",
            "outcome_changed",
        )
    return batch


def _refused(text: str, code: str) -> StepRefused:
    return StepRefused("組合員の取込", [block(text, code=code)])


# --- 下見 ----------------------------------------------------------------------------------
def _preview(content: bytes, resource: MemberResource) -> dict:
    """読んで、行ごとの結果をまとめる。resource が登録用なら、正しい行は台帳に書かれる。"""
    sheet, ignored = _read(content)
    dataset = tablib.Dataset(*[row.values for row in sheet.rows], headers=sheet.headings)
    result = resource.import_data(dataset, dry_run=False, use_transactions=False)
    for error in result.base_errors:
        raise error.error
    rows, whole = [], []
    for place, (source, row_result) in enumerate(zip(sheet.rows, result.rows, strict=True), 1):
        values = dict(zip(sheet.headings, source.values, strict=True))
        row = _outcome(resource, place, source.number, values, row_result)
        whole.append({**row, "changes": row.pop("all_changes")})
        rows.append(row)
    counts = {name: sum(row["result"] == name for row in rows) for name in LABELS}
    return {
        "rows": rows,
        "ignored_columns": ignored,
        "digest": hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest(),
        "new_count": counts[NEW],
        "changed_count": counts[CHANGED],
        "unchanged_count": counts[UNCHANGED],
        "refused_count": counts[REFUSED],
    }


def _read(content: bytes) -> tuple[sheets.Sheet, list[str]]:
    columns = list(MemberResource.columns().values())
    sheet = sheets.read(content, columns)
    missing = [column for column in MemberResource.required_columns() if column not in sheet.headings]
    if missing:
        raise sheets.UnreadableFile(
            f"列が足りません（{'、'.join(missing)}）。雛形の見出しと同じ名前の列を付けてください。"
        )
    ignored = [heading for heading in sheet.headings if heading not in columns and heading not in REASON_COLUMNS]
    return sheet, [heading or "（見出しのない列）" for heading in ignored]


def _outcome(resource, place, number, values, row_result) -> dict:
    columns = resource.columns()
    row = {
        "row": number,
        "number": str(values[columns["number"]] or ""),
        "name": str(values[columns["name"]] or ""),
        "changes": [],
        "all_changes": [],
        "errors": [],
        "notes": [],
    }
    if row_result.import_type == RowResult.IMPORT_TYPE_INVALID:
        row["errors"] = _sentences(resource, row_result.validation_error, values)
    elif row_result.import_type == RowResult.IMPORT_TYPE_ERROR:
        error = row_result.errors[0].error
        logger.error("組合員の取込の %s行目を読めません", number, exc_info=error)
        row["errors"] = [["", "", "この行は思いがけない理由で読めませんでした。値を確かめてください。"]]
    if row["errors"]:
        return {**row, "result": REFUSED}
    row["notes"] = resource.notes.get(place, [])
    if row_result.import_type == RowResult.IMPORT_TYPE_SKIP:
        return {**row, "result": UNCHANGED}
    row["all_changes"] = resource.changes(row_result.original, row_result.instance)
    if row_result.import_type == RowResult.IMPORT_TYPE_NEW:
        row["changes"] = [change for change in row["all_changes"] if change[0] in _SHOWN_OF_NEW]
        return {**row, "result": NEW}
    return {**row, "result": CHANGED, "changes": row["all_changes"]}


def _written(value) -> str:
    """名簿に書いてあったとおりの値。Excel の日付は、見えない時刻を付けずに言う。"""
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    return "" if value is None else str(value)


def _sentences(resource, error, values) -> list[list[str]]:
    """誤りを、列の見出し・書かれていた値・理由の組にする。並びは列の順。"""
    found = []
    for attribute, problems in error.update_error_dict({}).items():
        column = resource.column_of(attribute)
        for problem in problems:
            if problem.code in ("blank", "null", "required"):
                problem = ValidationError(f"{column}を入れてください。")
            found.extend([column, _written(values.get(column)), text] for text in problem.messages)
    order = list(resource.columns().values())
    return sorted(found, key=lambda item: order.index(item[0]) if item[0] in order else -1)


# --- 書き出し ------------------------------------------------------------------------------
def template() -> bytes:
    """取込の雛形（見出しだけの Excel）。"""
    return sheets.write_xlsx("組合員", list(MemberResource.columns().values()), [], widths=_WIDTHS)


def export(members, *, as_csv: bool) -> bytes:
    """組合員を、取り込めるのと同じ見出しで書き出す。"""
    dataset = MemberResource().export(members)
    if as_csv:
        return sheets.write_csv(dataset.headers, dataset)
    return sheets.write_xlsx("組合員", dataset.headers, dataset, widths=_WIDTHS)


def refused_rows(batch: ImportBatch) -> bytes:
    """直す行だけを、理由を付けて Excel に書き出す。直してそのまま取り込める。"""
    sheet, _ = _read(bytes(batch.content))
    reasons = {
        row["row"]: "\n".join(f"{column}：{text}" if column else text for column, _, text in row["errors"])
        for row in batch.rows
        if row["result"] == REFUSED
    }
    kept = [place for place, heading in enumerate(sheet.headings) if heading not in REASON_COLUMNS]
    headings = [*REASON_COLUMNS, *(sheet.headings[place] for place in kept)]
    rows = [
        [str(row.number), reasons[row.number], *(row.values[place] for place in kept)]
        for row in sheet.rows
        if row.number in reasons
    ]
    return sheets.write_xlsx("直す行", headings, rows, widths=_WIDTHS)
