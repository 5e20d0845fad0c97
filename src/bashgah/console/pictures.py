"""Uploaded pictures are re-drawn as files of our own making: nothing hidden in a file is ever served."""

from __future__ import annotations

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext
from PIL import Image, UnidentifiedImageError

from bashgah.console.views.base import Entry
from bashgah.ground import ids

PIXELS_MOST = 40_000_000


def stored(
    request: HttpRequest, entry: Entry, field: str, before: str, *, folder: str, side: int, bytes_most: int
) -> str:
    """Where the picture of a form field is stored now: the new one, none if it was removed, else the old.

    PNG keeps transparency for logos, everything else becomes JPEG; what is no picture is noted in the form.
    """
    if entry.flag(f"remove_{field}"):
        return ""
    upload = request.FILES.get(field)
    if not isinstance(upload, UploadedFile):
        return before
    if (upload.size or 0) > bytes_most:
        entry.wrong(field, gettext("The picture is larger than %(n)s kB.") % {"n": bytes_most // 1024})
        return before
    keeps_clear = folder == "logos"
    try:
        picture = Image.open(upload)
        if picture.width * picture.height > PIXELS_MOST:
            raise Image.DecompressionBombError
        picture = picture.convert("RGBA" if keeps_clear else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        entry.wrong(field, gettext("This file is not a picture. PNG, JPEG and WebP are read."))
        return before
    picture.thumbnail((side, side))
    drawn = BytesIO()
    picture.save(drawn, "PNG" if keeps_clear else "JPEG", quality=82)
    ending = "png" if keeps_clear else "jpg"
    return default_storage.save(f"{folder}/{ids.fresh().hex}.{ending}", ContentFile(drawn.getvalue()))
