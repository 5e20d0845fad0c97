"""Django's WSGI application: every page and every API path but the intake's."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")
application = get_wsgi_application()
