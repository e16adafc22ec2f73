"""流れ: 状態・ステップ・確認事項。純粋な Python で、どのアプリも知らない。

ステップは「なぜ進めないか」を言える表である。確認（guard）は Finding を返す関数で、同じ文が
画面（残っていること）・操作（断り文句）・試験に使われる。規則は一度だけ書かれる。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

Level = Literal["block", "warn", "pass"]


@dataclass(frozen=True)
class Finding:
    """確認事項。文、よりどころ（決議・規程・条文）、進めるか、直すためのリンク。"""

    text: str
    source: str = ""
    level: Level = "block"
    detail: str = ""
    url: str = ""
    url_label: str = ""
    code: str = ""
    #: よりどころそのものの頁（決議の頁など）
    source_url: str = ""

    @property
    def blocks(self) -> bool:
        return self.level == "block"

    @property
    def warns(self) -> bool:
        return self.level == "warn"

    def as_warning(self) -> Finding:
        return replace(self, level="warn")


def block(text: str, source: str = "", **more: str) -> Finding:
    return Finding(text, source, "block", **more)


def warn(text: str, source: str = "", **more: str) -> Finding:
    return Finding(text, source, "warn", **more)


def passed(text: str, source: str = "", **more: str) -> Finding:
    return Finding(text, source, "pass", **more)


#: 確認の関数。対象・操作する人・日付を受け取り、Finding を（なければ何も）返す。
Guard = Callable[..., Iterable[Finding]]


class StepRefused(Exception):
    """ステップを進められない。findings に理由が文で入っている。"""

    def __init__(self, step_label: str, findings: Iterable[Finding]):
        self.step_label = step_label
        self.findings = tuple(findings)
        super().__init__(f"「{step_label}」はできません。" + " ".join(finding.text for finding in self.findings))


class StaleObject(StepRefused):
    """画面を開いたあとに、ほかの人が先に進めた。"""


@dataclass(frozen=True)
class Step:
    """流れの一歩。元の状態・先の状態・要る権限・確認。"""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str | None
    permission: str
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False
    #: 画面に出すときの説明（何が起きるか）
    explanation: str = ""
    #: 取り消し・差戻しなど、道を外れるステップ
    off_road: bool = False


@dataclass(frozen=True)
class Flow:
    """状態の名前とステップの表。"""

    name: str
    field: str
    states: dict[str, str]
    steps: tuple[Step, ...] = field(default=())

    def __post_init__(self):
        for step in self.steps:
            unknown = {*step.sources, *([step.target] if step.target else [])} - set(self.states)
            if unknown:
                raise ValueError(f"流れ {self.name} のステップ {step.name} に未知の状態: {unknown}")

    def __getitem__(self, name: str) -> Step:
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def state_of(self, obj: Any) -> str:
        return getattr(obj, self.field)

    def label_of(self, obj: Any) -> str:
        return self.states[self.state_of(obj)]

    def open_steps(self, obj: Any) -> list[Step]:
        """いまの状態から踏めるステップ（権限と確認は問わない）。"""
        return [step for step in self.steps if self.state_of(obj) in step.sources]

    def findings(self, step: Step, obj: Any, *, by: Any, on: date, **given: Any) -> list[Finding]:
        """ステップの確認事項をすべて（通ったものも含めて）返す。最初の一つで止めない。"""
        findings: list[Finding] = []
        if self.state_of(obj) not in step.sources:
            allowed = "・".join(self.states[name] for name in step.sources)
            findings.append(
                block(
                    f"いまの状態は「{self.label_of(obj)}」です。「{step.label}」ができるのは「{allowed}」のときです。",
                    "事務の流れ",
                    code="state",
                )
            )
        if not by.has_perm(step.permission):
            findings.append(block(f"「{step.label}」をする権限がありません。", "役割の表", code="permission"))
        for guard in step.guards:
            findings.extend(guard(obj, by=by, on=on, **given) or ())
        return findings

    def why_not(self, step: Step, obj: Any, *, by: Any, on: date, **given: Any) -> list[Finding]:
        """進めない理由（block）だけ。空なら進める。"""
        return [f for f in self.findings(step, obj, by=by, on=on, **given) if f.blocks]

    def check(self, step: Step, obj: Any, *, by: Any, on: date, reason: str = "", **given: Any) -> list[Finding]:
        """進めてよいか確かめ、だめなら StepRefused。注意は理由を書けば押し切れる。返り値は全確認事項。"""
        findings = self.findings(step, obj, by=by, on=on, **given)
        refused = [f for f in findings if f.blocks]
        if not refused:
            if step.needs_reason and not reason.strip():
                refused = [block(f"「{step.label}」には理由の記入が要ります。", "事務の流れ", code="reason")]
            elif not reason.strip() and any(f.warns for f in findings):
                refused = [
                    block(
                        "注意すべき点が残っています。承知のうえで進める理由を記入してください。",
                        "事務の流れ",
                        detail=" ".join(f.text for f in findings if f.warns),
                        code="overrule",
                    )
                ]
        if refused:
            raise StepRefused(step.label, refused)
        return findings

    def move(self, step: Step, obj: Any) -> None:
        """状態を進める。状態に値を入れてよいのは、ここだけ（保存は呼んだ操作がする）。"""
        if step.target is not None:
            setattr(obj, self.field, step.target)
