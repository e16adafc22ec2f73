"""前の実態把握の文を調査書へ移す。三つの把握は「以前の記録」の答えに、面談は面談の記録になる。"""

from django.db import migrations

FIELDS = ("business", "use_of_funds", "preservation")


def move(apps, schema_editor):
    Answer = apps.get_model("loans", "WorksheetAnswer")
    Interview = apps.get_model("loans", "Interview")
    for old in apps.get_model("loans", "Investigation").objects.select_related("investigated_by").order_by("pk"):
        Answer.objects.bulk_create(
            Answer(
                application_id=old.application_id, question=f"earlier_{name}", text=getattr(old, name),
                answered_by_id=old.investigated_by_id, answered_on=old.updated_on,
            )
            for name in FIELDS
            if getattr(old, name)
        )
        Interview.objects.create(
            application_id=old.application_id, held_on=old.interviewed_on, interviewee=old.interviewee,
            interviewer=old.investigated_by.name[:60], recorded_by_id=old.investigated_by_id, recorded_on=old.updated_on,
        )


class Migration(migrations.Migration):

    dependencies = [("loans", "0007_worksheet")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.RemoveField(model_name="investigation", name="business"),
        migrations.RemoveField(model_name="investigation", name="interviewed_on"),
        migrations.RemoveField(model_name="investigation", name="interviewee"),
        migrations.RemoveField(model_name="investigation", name="preservation"),
        migrations.RemoveField(model_name="investigation", name="use_of_funds"),
    ]
