"""Django app of the room ``products``."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.products"
    label = "products"
