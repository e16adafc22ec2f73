"""枠の操作: 組合・利用者・招待・最初の管理者。提案の承認は coopfin.proposals。"""
