"""議案の説明の登録所。上の階が、自分の対象（申込など）を会議資料にどう書くかを登録する。ここは対象を知らない。

登録する関数は (object_id, on) を受け取り、Brief を（なければ None を）返す。登録のない対象は、議題だけを載せる。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.contrib.contenttypes.models import ContentType

from coopfin.charts import StackedBar
from governance.models import AgendaItem
from governance.workflow import concerns_proposal


@dataclass(frozen=True)
class Section:
    """説明の一節。rows は見出しと値。"""

    title: str
    rows: tuple[tuple[str, str], ...]
    #: 読む日の数字（残高・余力など）。あとで作る議事録の別紙には写さない
    of_the_day: bool = False
    #: 一節の初めに描く棒（数字は rows にも書く）
    picture: StackedBar | None = None


@dataclass(frozen=True)
class Brief:
    """一つの議案の説明。"""

    sections: tuple[Section, ...]
    #: 組合員の財務の内容を含むか（含むものは秘の別紙にする）
    confidential: bool = True
    #: 委員が自分の意見を述べる頁（金融委員会に付議されているとき）
    opinion_url: str = ""


Briefing = Callable[..., Brief | None]
_briefings: dict[str, Briefing] = {}


def register(model_label: str) -> Callable[[Briefing], Briefing]:
    """対象のモデル（例: "loans.application"）の説明を登録する。"""

    def keep(briefing: Briefing) -> Briefing:
        _briefings[model_label.lower()] = briefing
        return briefing

    return keep


def of(item: AgendaItem, on: date) -> Brief | None:
    """議案の説明。"""
    content_type = ContentType.objects.get_for_id(item.content_type_id)
    briefing = _briefings.get(f"{content_type.app_label}.{content_type.model}")
    if briefing is not None:
        return briefing(item.object_id, on)
    if concerns_proposal(item):
        proposal = content_type.model_class().objects.get(pk=item.object_id)
        rows = (*proposal.outline(), ("効力が生じる日", f"{_day(proposal.effective_on)}（予定）"))
        return Brief((Section("提案の内容", rows),), confidential=False)
    return None


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
