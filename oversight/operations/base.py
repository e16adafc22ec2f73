"""断り方。"""

from __future__ import annotations

from coopfin.flow import Finding, StepRefused, block


def refuse(label: str, *findings: Finding):
    """断る。理由がなければ何もしない。"""
    if findings:
        raise StepRefused(label, findings)


def need(user, permission: str, label: str) -> None:
    """権限を確かめる。"""
    if not user.has_perm(permission):
        refuse(label, block(f"「{label}」をする権限がありません。", "役割の表", code="permission"))
