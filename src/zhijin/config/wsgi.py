"""The WSGI entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from zhijin.config.booting import keeping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
with keeping():
    application = get_wsgi_application()
    # Every view now, so that nobody's first page waits for it.
    _ = get_resolver().url_patterns

#: Only what these proxies say about the caller is believed; anybody else could name any address.
PROXIES = [name for name in os.environ.get("ZHIJIN_PROXIES", "").split(",") if name]
if PROXIES:
    from granian.utils.proxies import wrap_wsgi_with_proxy_headers

    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=PROXIES)
