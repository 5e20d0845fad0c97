"""Addresses of the shared look."""

from django.urls import path

from bashgah.ui import views

app_name = "ui"
urlpatterns = [path("preferences", views.preferences, name="preferences")]
