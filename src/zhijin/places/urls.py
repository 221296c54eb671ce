"""Pages of places: the tree, the grid map and imports on the desk; the place picker on the portal."""

from django.urls import path, register_converter

from zhijin.places.views import browse, editing, grid_map, imports
from zhijin.places.views import portal as portal_views


class CodeConverter:
    """A division code: digits only, 2 to 15 of them."""

    regex = "[1-9][0-9]{1,14}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "placecode")

desk = [
    path("places/", browse.places, name="places"),
    path("places/search/", browse.search, name="place-search"),
    path("places/choices/", browse.choices, name="place-choices"),
    path("places/import/", imports.runs, name="place-imports"),
    path("places/import/<uuid:pk>/", imports.run, name="place-import"),
    path("places/import/<uuid:pk>/findings.csv", imports.findings, name="place-findings"),
    path("places/<placecode:code>/", browse.place, name="place"),
    path("places/<placecode:code>/edit/", editing.edit, name="place-edit"),
    path("places/<placecode:code>/map/", grid_map.page, name="place-map"),
    path("places/<placecode:code>/map/picture/", grid_map.picture, name="place-picture"),
    path("places/<placecode:code>/map/check/", grid_map.check, name="place-check"),
    path("places/<placecode:code>/map/shape/", grid_map.shape, name="place-shape"),
]
portal = [
    path("places/", portal_views.pick, name="place-pick"),
    path("places/<placecode:code>/", portal_views.pick, name="place-pick-in"),
]
