"""Uploaded pictures are re-drawn as files of our own making: nothing hidden in a file is ever served."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext

from bashgah.console.views.base import Entry
from bashgah.ground import ids
from bashgah.ground.pictures import NoPicture, picture_draw


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
        drawn = picture_draw(upload.read(), side=side, keeps_clear=keeps_clear)
    except NoPicture:
        entry.wrong(field, gettext("This file is not a picture. PNG, JPEG and WebP are read."))
        return before
    ending = "png" if keeps_clear else "jpg"
    return default_storage.save(f"{folder}/{ids.fresh().hex}.{ending}", ContentFile(drawn.data))
