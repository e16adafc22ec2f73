"""理事との取引（中協法38条）の見つけ方と、流れの確認。承認には本人を除いた理事会の議決が、実行のあとには報告が要る。"""

from __future__ import annotations

from datetime import date

from coopfin.flow import block, passed
from coopfin.handbook import follows
from governance.enums import DIRECTOR_TITLES, BodyKind
from governance.models import AgendaItem, Seat
from governance.workflow import PASSING
from loans import items
from loans.enums import ApplicationState as S
from members.enums import OfficerTitle
from members.models import Officer, Person

SOURCE = "中小企業等協同組合法 38条"
RULE = "理事との取引: 理事会の承認と、取引後の報告が要ります"
#: 会社を代表する役職
REPRESENTING = (
    OfficerTitle.REPRESENTATIVE_DIRECTOR, OfficerTitle.REPRESENTATIVE_PARTNER, OfficerTitle.CHAIR, OfficerTitle.OWNER,
)  # fmt: skip


def directors(application, *, on: date) -> dict[Person, str]:
    """申込が取引になる理事と、その立場。理事が申込者本人か、申込者である会社を代表しているとき。"""
    member = application.member
    word = member.get_representative_title_display() if member.is_corporate else "本人"
    standing = {member.representative_id: word}
    officers = Officer.objects.current(on).filter(member=member, title__in=REPRESENTING)
    for officer in officers:
        standing.setdefault(officer.person_id, officer.get_title_display())
    seats = Seat.objects.of(BodyKind.BOARD).current(on).filter(title__in=DIRECTOR_TITLES, person__in=standing)
    return {
        seat.person: "申込者本人" if standing[seat.person_id] == "本人" else f"申込先の{standing[seat.person_id]}"
        for seat in seats.select_related("person").order_by("pk")
    }


def decision_of(application) -> AgendaItem | None:
    """効いている理事会の決議（いちばん新しい、可決したもの）。"""
    item = items.last_decided(application, BodyKind.BOARD)
    return item if item is not None and item.result in PASSING else None


def _recused(item) -> set[int]:
    return set(item.recusals.values_list("person_id", flat=True)) if item is not None else set()


@follows("H2.1-e")
def known(application, *, by, on, **given):
    """理事との取引であることを、はじめから知らせる。"""
    for person in directors(application, on=on):
        yield passed(
            f"{RULE}（理事 {person}さん）。",
            SOURCE,
            detail="本人は審議と議決から除かれ、実行のあと、遅滞なく理事会に報告します。",
            code="director",
        )


@follows("H2.1-e")
def board_excludes_the_director(application, *, by, on, **given):
    """理事会の決議から、取引の相手である理事が除かれていること。"""
    found = directors(application, on=on)
    out = _recused(items.open_item(application, BodyKind.BOARD)) if found else set()
    for person in found:
        if person.pk in out:
            yield passed(f"{RULE}。理事 {person}さんを除いて決議します。", SOURCE, code="director")
        else:
            yield block(
                f"{RULE}。理事 {person}さんがこの議案から除かれていません。付議し直すか、利害関係の申出を記録してください。",
                SOURCE,
                code="director",
            )


@follows("H2.1-e", "H2.4-g")
def board_approved_the_dealing(application, *, by, on, **given):
    """理事との取引を、本人を除いた理事会が承認していること。承認のあとに理事になった人がいれば、決議し直す。"""
    found = directors(application, on=on)
    if not found:
        return
    decision = decision_of(application)
    out = _recused(decision)
    for person in found:
        if decision is not None and person.pk in out:
            yield passed(
                f"{RULE}。理事 {person}さんを除いた理事会が承認しています。",
                SOURCE,
                detail=decision.number,
                code="director",
            )
        else:
            yield block(
                f"{RULE}。理事 {person}さんを除いた理事会の承認がありません。差し戻して、もう一度理事会に付議してください。",
                SOURCE,
                url=application.get_absolute_url() if application.state != S.APPROVED else "",
                url_label="案件を見る",
                code="director",
            )
