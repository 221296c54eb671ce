"""The WSGI entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
application = get_wsgi_application()

#: Only what these proxies say about the caller is believed; anybody else could name any address.
PROXIES = [name for name in os.environ.get("ZHIJIN_PROXIES", "").split(",") if name]
if PROXIES:
    from granian.utils.proxies import wrap_wsgi_with_proxy_headers

    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=PROXIES)
