"""集めるページ: 今日の仕事、検索、動いていることの確認。"""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import JsonResponse
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from coopfin import glossary, worklists
from coopfin.calc import words
from coopfin.views import GuardedMixin
from desk import setup

SHOWN_TASKS = 30
#: ここまでに来る期限を、待たせている仕事より上に置く
NEAR = timedelta(days=14)


def _by_deadline(task: worklists.Task, on: date) -> tuple:
    """近い期限、待たせている仕事、遠い期限の順。決定の有効期限のように何か月も先のものは、今日の仕事を押しのけない。"""
    near = task.due_on is not None and task.due_on <= on + NEAR
    far = task.due_on is not None and not near
    return (0 if near else 2 if far else 1, task.due_on or date.max, task.since_on or date.max, task.title)


class Today(GuardedMixin, TemplateView):
    """今日の仕事。札（件数）、手を付けること（期限順）、図。見えるのは、その人の仕事だけ。"""

    permission_required = "coopfin.view_desk"
    template_name = "desk/today.html"

    def get_context_data(self, **kwargs):
        user, on = self.request.user, self.on
        tasks = sorted(
            (task for source in worklists.open_to(worklists.tasks, user, on) for task in source(user, on)),
            key=lambda task: _by_deadline(task, on),
        )
        return super().get_context_data(
            on=on,
            setup=setup.steps(user, on),
            may_set_up=user.has_perm("coopfin.use_admin"),
            tiles=[tile for source in worklists.open_to(worklists.tiles, user, on) for tile in source(user, on)],
            tasks=[{"task": task, "when": _when(task, on)} for task in tasks[:SHOWN_TASKS]],
            more=max(0, len(tasks) - SHOWN_TASKS),
            panels=[panel for source in worklists.open_to(worklists.panels, user, on) if (panel := source(user, on))],
            may_apply=user.has_perm("loans.edit_application"),
            **kwargs,
        )


def _when(task: worklists.Task, on: date) -> dict:
    """期限の言い方。"""
    if task.due_on is None:
        waited = max(0, (on - task.since_on).days) if task.since_on else 0
        return {"text": f"{waited}日待ち" if waited else "今日から", "late": False}
    left = (task.due_on - on).days
    if left < 0:
        return {"text": f"{-left}日超過", "late": True}
    return {"text": "今日" if left == 0 else f"あと{left}日", "late": False}


class Search(GuardedMixin, TemplateView):
    """全体の検索。組合員名・カナ・受付番号・契約番号。見てよいものだけが出る。"""

    permission_required = "coopfin.view_desk"
    template_name = "desk/search.html"

    def get_context_data(self, **kwargs):
        text = " ".join(words.search_terms(self.request.GET.get("q", "")))[:100]
        hits = []
        if words.search_key(text):
            searches = worklists.open_to(worklists.searches, self.request.user, self.on)
            hits = [hit for source in searches for hit in source(self.request.user, text)]
        return super().get_context_data(search_text=text, hits=hits, **kwargs)


class Help(GuardedMixin, TemplateView):
    """用語のページ。画面で使う言葉の意味とよりどころ。"""

    permission_required = "coopfin.view_desk"
    template_name = "desk/help.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(terms=glossary.terms(), **kwargs)


@login_not_required
@require_safe
def health(request):
    """動いていることの確認（監視用）。データベースに届けば ok。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
