"""閲覧の記録。監事と事務局長が、誰が何を見たかを確かめる（H2.2-e）。"""

from __future__ import annotations

from coopfin.models import ReadLog
from oversight import readings, targets
from oversight.filters import ReadingFilter
from oversight.tables import ReadingTable
from oversight.views.base import RecordList


class ReadingList(RecordList):
    """閲覧の記録。自分の見てはならない案件についての記録は出ない。"""

    permission_required = "oversight.view_readings"
    title = "閲覧の記録"
    lead = f"案件・台帳・書類を、誰がいつ開いたか。{readings.OPENS}時より前・{readings.CLOSES}時以後、休業日、一日に{readings.MANY}件以上の閲覧に印が付きます。"
    table_class = ReadingTable
    filterset_class = ReadingFilter
    empty = {"text": "閲覧の記録はまだありません。", "hint": "案件や組合員のページが開かれると、ここに残ります。"}

    def get_queryset(self):
        seen = targets.without_hidden(ReadLog.objects.all(), self.request.user, self.on)
        return seen.select_related("by", "content_type")

    def get_table_kwargs(self):
        return {"busy": readings.busy_days(ReadLog.objects.all())}
