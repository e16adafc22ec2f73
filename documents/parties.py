"""当事者と署名欄。書類の文脈に使う純粋な値で、データベースを知らない。"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """当事者。representative は法人・屋号のときの「肩書　氏名」（個人名だけで署名するときは空）。"""

    name: str
    address: str
    representative: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """署名欄に書く行（名称、代表者）。"""
        return (self.name, self.representative) if self.representative else (self.name,)

    @property
    def signing_name(self) -> str:
        """一行で書くときの名（名称　代表者）。"""
        return "　".join(self.lines)


@dataclass(frozen=True)
class Signatory:
    """署名欄の一人。role は「債務者」「連帯保証人」など。"""

    role: str
    party: Party
