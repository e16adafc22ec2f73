"""手引きとの対応のページ。確認点ごとに、何が守り、どこに記録するか。"""

from __future__ import annotations

from django.urls import reverse
from django.views.generic import TemplateView

from coopfin import handbook
from coopfin.views import GuardedMixin
from loans.workflow import FLOW


def correspondence(user) -> list[dict]:
    """確認点 → 段落 → 守るもの（確認の文と、それを問うステップ・データベースの制約の文）と記録する所。

    表はどこにもない。流れの表と、関数・制約・画面の名乗りから、そのつど組み立てる。
    """
    steps: dict = {}
    for step in FLOW.steps:
        for guard in step.guards:
            steps.setdefault(guard, []).append(step.label)
    return [
        {
            "checkpoint": checkpoint,
            "paragraphs": [
                {
                    "paragraph": paragraph,
                    "guards": [
                        {"text": handbook.sentence(guard), "steps": _said(steps.get(guard, []))}
                        for guard in handbook.guards.get(code, ())
                    ],
                    "constraints": handbook.constraints.get(code, ()),
                    "places": [
                        {
                            "label": place.label,
                            "url": reverse(place.url_name) if user.has_perm(place.permission) else "",
                        }
                        for place in handbook.places.get(code, ())
                    ],
                }
                for code, paragraph in handbook.paragraphs().items()
                if paragraph.checkpoint == checkpoint.number
            ],
        }
        for checkpoint in handbook.checkpoints()
    ]


def _said(labels: list[str]) -> list[str]:
    """ステップの名。どのステップでも問うものは、名を並べない。"""
    return ["すべての手続"] if labels and len(labels) == len(FLOW.steps) else labels


class HandbookView(GuardedMixin, TemplateView):
    """手引きとの対応。"""

    permission_required = "coopfin.view_desk"
    template_name = "desk/handbook.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(correspondence=correspondence(self.request.user), **kwargs)
