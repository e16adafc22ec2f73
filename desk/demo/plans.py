"""練習用の資金計画。どの申込にも使いみちの明細が一行はあり、いくつかは、自己資金や取引銀行まで書いてある。"""

from __future__ import annotations

from loans.enums import BankDealing, OtherMoney, Purpose

#: 組合員と使いみちの内容 → 使いみちの明細・ほかの資金・金融機関との取引
WHOLE = {
    ("小松鋳造株式会社", "集じん設備の更新"): {
        "uses": [
            (Purpose.EQUIPMENT, "集じん機 2基", "北陸環境機器株式会社", 17_600_000),
            (Purpose.EQUIPMENT, "据付工事・ダクト", "犀川鉄骨建設株式会社", 5_400_000),
        ],
        "sources": [(OtherMoney.OWN, "", 2_000_000), (OtherMoney.SUBSIDY, "省エネルギー設備の補助金（交付決定済）", 1_000_000)],
        "banks": [
            ("北陸銀行 小松支店", BankDealing.DEED, 48_000_000, 9_600_000),
            ("北陸銀行 小松支店", BankDealing.DEPOSIT, 12_400_000, 0),
            ("小松信用金庫 本店", BankDealing.BILL, 8_000_000, 0),
        ],
    },
    ("株式会社山﨑製作所", "NC旋盤1台の購入"): {
        "uses": [(Purpose.EQUIPMENT, "NC旋盤 1台", "金沢工作機械販売株式会社", 15_400_000)],
        "sources": [(OtherMoney.OWN, "", 1_400_000)],
        "banks": [("北國銀行 松任支店", BankDealing.DEED, 22_000_000, 5_200_000)],
    },
}  # fmt: skip


def fitting(name: str, terms: dict) -> dict[str, list[dict]]:
    """この申込の資金計画。"""
    whole = WHOLE.get((name, terms["purpose_detail"]))
    if whole is None:
        line = {"purpose": terms["purpose"], "what": terms["purpose_detail"], "supplier": "", "amount": terms["amount"]}
        return {"uses": [line]}
    fields = {
        "uses": ("purpose", "what", "supplier", "amount"),
        "sources": ("kind", "provider", "amount"),
        "banks": ("bank", "kind", "balance", "yearly_repayment"),
    }
    return {key: [dict(zip(fields[key], row, strict=True)) for row in rows] for key, rows in whole.items()}
