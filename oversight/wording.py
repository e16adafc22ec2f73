"""守秘義務の誓約の文面。版ごとに固め、誓約はどの版にしたかを残す（手引き 第2章2 一、H2.2-e）。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SOURCE = "手引き 第2章2 一（守秘義務）"


@dataclass(frozen=True)
class PledgeText:
    """誓約の文面。from_on から使う。"""

    version: str
    from_on: date
    opening: str
    articles: tuple[str, ...]


VERSIONS = (
    PledgeText(
        "2026年版",
        date(2000, 1, 1),
        "私は、組合の金融事業に携わるにあたり、次のことを守ります。",
        (
            "組合員・保証人・担保提供者の財務や資産、家族、取引など、職務で知ったことを、だれにも漏らしません。",
            "案件の書類は、職務に要るものだけを見ます。写しを許しなく作らず、持ち出しません。",
            "見たページが記録に残り、監事が確かめることを承知しています。",
            "自分または親族・関係する会社に利害のある案件は、自ら申し出て、審議と手続に加わりません。",
            "職を退いたあとも、この誓約を守ります。違反して損害を与えたときは、その責めを負います。",
        ),
    ),
)


def text_on(day: date) -> PledgeText:
    """その日に使う文面。"""
    return max((text for text in VERSIONS if text.from_on <= day), key=lambda text: text.from_on)


def text_of(version: str) -> PledgeText | None:
    """版の文面。"""
    return next((text for text in VERSIONS if text.version == version), None)
