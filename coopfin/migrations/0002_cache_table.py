"""回数制限などを数えるキャッシュ表を作る（複数の処理で共有するため、表に置く）。"""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("coopfin", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
