"""The addresses of GeoReport v2; mounted under ``/open311/v2/``."""

from django.urls import path

from zhijin.cases.open311 import views

app_name = "open311"
urlpatterns = [
    path("discovery.<str:form>", views.discovery, name="discovery"),
    path("services.<str:form>", views.service_list, name="services"),
    path("services/<str:code>.<str:form>", views.service_definition, name="service"),
    path("requests.<str:form>", views.requests, name="requests"),
    path("requests/<str:number>.<str:form>", views.request, name="request"),
    path("tokens/<str:token>.<str:form>", views.token, name="token"),
    path("media/<uuid:case>/<str:digest>.jpg", views.media, name="media"),
]
