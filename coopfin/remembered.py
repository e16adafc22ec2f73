"""一覧の最後の絞り込みを、ログインしているあいだ覚える。案件へ行って戻っても、同じ並びの同じページから続けられる。"""

from __future__ import annotations

#: セッションに、一覧（パス）ごとの最後の絞り込みを覚える名
SESSION_KEY = "list_queries"


def keep_query(request) -> None:
    """案件から戻ったときのために、この一覧のいまの絞り込み・並び・ページを覚える。"""
    kept, query = request.session.get(SESSION_KEY, {}), request.GET.urlencode()[:2000]
    if kept.get(request.path, "") != query:
        request.session[SESSION_KEY] = {**kept, request.path: query}


def back_to(request, address: str) -> str:
    """一覧へ戻る URL。最後に見たときの絞り込み・並び・ページのまま（パンくずも、これを使う）。"""
    query = request.session.get(SESSION_KEY, {}).get(address, "") if hasattr(request, "session") else ""
    return f"{address}?{query}" if query else address
