"""人の台帳から、打った名前で一人を決める。席や利用者のように、何行も続けて書く画面のため。"""

from __future__ import annotations

from functools import cached_property

from django.core.exceptions import ValidationError

from members import writing
from members.models import Person


class Register:
    """一つの画面のあいだの人の台帳。候補の一覧と、名前からの引き当て。"""

    @cached_property
    def people(self) -> list[Person]:
        return list(Person.objects.order_by("kana", "name", "pk"))

    @cached_property
    def labels(self) -> dict[str, Person]:
        """候補の一行 → 人。同じ名前の人は、カナ・生年月日・住所で見分ける。"""
        return {self.label(person): person for person in self.people}

    @staticmethod
    def label(person: Person) -> str:
        return f"{person.name}（{person.distinction}）"

    def find(self, text: str) -> Person | None:
        """候補の一行か氏名に当たる人。いなければ None、二人以上いて決められなければ断る。"""
        if text in self.labels:
            return self.labels[text]
        found = [person for person in self.people if writing.same_name(person.name, text)]
        if len(found) > 1:
            raise ValidationError(
                f"同じ名前の人が{len(found)}人います。候補から選んでください（"
                f"{'、'.join(person.distinction for person in found[:3])}）。"
            )
        return found[0] if found else None
