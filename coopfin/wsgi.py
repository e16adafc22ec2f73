"""WSGI の入口（gunicorn coopfin.wsgi）。"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopfin.settings")
application = get_wsgi_application()
