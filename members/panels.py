"""組合員の頁・人の頁に、上の階のアプリが欄を足すための登録所。ここは誰が足すかを知らない。

足す側は AppConfig.ready() から register_member_panel(panel) を呼ぶ。panel(member, user, on) は
{"template": …, ほかの値} か、見せるものがなければ None を返す。テンプレートには panel の名で渡る。
値 place が "aside" なら脇の欄に、order（小さいほど上、なければ50）の順に並ぶ。
"""

from __future__ import annotations

from collections.abc import Callable

Panel = Callable[..., dict | None]
#: その日に、人の番号 → 役割の言い方（理事会 理事長 など）
PersonRoles = Callable[..., dict[int, list[str]]]

#: 並びを言わない欄の順
ORDINARY = 50

member_panels: list[Panel] = []
person_panels: list[Panel] = []
person_roles: list[PersonRoles] = []


def register_member_panel(panel: Panel) -> Panel:
    """組合員の頁に欄を足す。"""
    member_panels.append(panel)
    return panel


def register_person_panel(panel: Panel) -> Panel:
    """人の頁に欄を足す（席・保証など）。panel(person, user, on)。"""
    person_panels.append(panel)
    return panel


def register_person_roles(found: PersonRoles) -> PersonRoles:
    """人の一覧に、組合員でのもののほかの役割（機関の席など）を足す。found(on)。"""
    person_roles.append(found)
    return found


def roles_on(on) -> dict[int, list[str]]:
    """人の番号 → その日の役割。"""
    held: dict[int, list[str]] = {}
    for found in person_roles:
        for pk, labels in found(on).items():
            held.setdefault(pk, []).extend(labels)
    return held


def member_panels_for(member, user, on) -> list[dict]:
    return _collect(member_panels, member, user, on)


def person_panels_for(person, user, on) -> list[dict]:
    return _collect(person_panels, person, user, on)


def _collect(panels, subject, user, on) -> list[dict]:
    shown = (panel(subject, user, on) for panel in panels)
    return sorted((panel for panel in shown if panel), key=lambda panel: panel.get("order", ORDINARY))
