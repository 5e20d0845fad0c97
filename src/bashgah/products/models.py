"""Tables of the products room."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Product(models.Model):
    """A thing sold, by the shop's own SKU."""

    pk = models.CompositePrimaryKey("club_id", "sku")
    club_id = models.UUIDField()
    sku = models.CharField(max_length=60)
    name_fa = models.CharField(max_length=300, blank=True)
    name_en = models.CharField(max_length=300, blank=True)
    name_key = models.CharField(max_length=700, blank=True)
    category_code = models.CharField(max_length=60, blank=True)
    brand_code = models.CharField(max_length=60, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list)
    is_gift_card = models.BooleanField(default=False)
    is_service = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "products_product"
        indexes = [
            models.Index(fields=["club_id", "category_code", "sku"], name="product_by_category"),
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="product_name_words"),
        ]


class Category(models.Model):
    """A group of products, within its parent."""

    pk = models.CompositePrimaryKey("club_id", "code")
    club_id = models.UUIDField()
    code = models.CharField(max_length=60)
    name_fa = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    parent_code = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "products_category"


class Brand(models.Model):
    """A maker's name."""

    pk = models.CompositePrimaryKey("club_id", "code")
    club_id = models.UUIDField()
    code = models.CharField(max_length=60)
    name_fa = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "products_brand"


class Version(models.Model):
    """Changes with each write to a club's products, so that every process knows when its copy is old."""

    club_id = models.UUIDField(primary_key=True)
    revision = models.UUIDField()

    class Meta:
        db_table = "products_version"
