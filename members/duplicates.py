"""重複らしいものを探す: 氏名・カナ・生年月日・電話番号・口座が同じ人や組合員。書かない。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from members.models import Member, Person


@dataclass(frozen=True)
class Likely:
    """重複らしい二つ。first は台帳に先に載ったほう。"""

    first: object
    second: object
    reasons: tuple[str, ...]


def _name(row) -> str:
    return row.search_text.split(" ")[0]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


PEOPLE: dict[str, Callable] = {
    "氏名（字体の違いを見ない）が同じ": lambda person: _name(person),
    "カナと生年月日が同じ": lambda person: (
        person.kana and person.born_on and (person.kana.replace(" ", ""), person.born_on)
    ),
    "電話番号と生年月日が同じ": lambda person: person.born_on and (_digits(person.phone) or None, person.born_on),
}
MEMBERS: dict[str, Callable] = {
    "名称（字体・法人格の違いを見ない）が同じ": lambda member: _name(member),
    "電話番号が同じ": lambda member: _digits(member.phone),
    "口座が同じ": lambda member: (
        member.account_number and (member.bank_code, member.branch_code, member.account_number)
    ),
}


def likely_people() -> list[Likely]:
    """重複らしい人。生年月日が両方にあって違えば、別の人である。"""
    found = _pairs(Person.objects.order_by("pk"), PEOPLE)
    return [pair for pair in found if not _differ(pair, "born_on")]


def likely_members() -> list[Likely]:
    """重複らしい組合員。法人番号が両方にあって違えば、別の会社である。"""
    found = _pairs(Member.objects.order_by("pk"), MEMBERS)
    return [pair for pair in found if not _differ(pair, "corporate_number")]


def _differ(pair: Likely, name: str) -> bool:
    """両方に書かれていて、違うか。"""
    one, other = getattr(pair.first, name), getattr(pair.second, name)
    return bool(one and other and one != other)


def _pairs(rows, keys: dict[str, Callable]) -> list[Likely]:
    rows = list(rows)
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    by_pk = {row.pk: row for row in rows}
    for reason, key_of in keys.items():
        groups = defaultdict(list)
        for row in rows:
            key = key_of(row)
            if key and (not isinstance(key, tuple) or all(key)):
                groups[key].append(row.pk)
        for group in groups.values():
            # 同じ鍵のものが続けば、先に載ったものと一つずつ並べる。
            for other in group[1:]:
                reasons[group[0], other].append(reason)
    return [Likely(by_pk[first], by_pk[second], tuple(texts)) for (first, second), texts in sorted(reasons.items())]
