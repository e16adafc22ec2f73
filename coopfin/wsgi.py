"""WSGI の入口（gunicorn coopfin.wsgi）。設定が足りなければ、一文で述べて起動を止める。"""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopfin.settings")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"設定の誤り: {error}")
