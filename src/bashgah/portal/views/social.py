"""What members do in public for the club: tasks with their proof, and reviews of what they bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from bashgah.activities.selectors import activity_get
from bashgah.activities.types import ActivityInfo
from bashgah.ground.pictures import PICTURE_BYTES
from bashgah.ground.trying import tried
from bashgah.kit import formats, ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set
from bashgah.portal import statements
from bashgah.portal.doorway import Door, members_only, page
from bashgah.portal.pages import TaskCard
from bashgah.social import selectors, services
from bashgah.social.networks import NETWORKS, REASONS
from bashgah.social.types import Offer, ProofInfo, Told
from bashgah.ui.types import Option

TONES = {"accepted": "good", "refused": "bad"}
SIGNS = {"code": "key", "link": "world", "picture": "camera"}


@dataclass(frozen=True, slots=True)
class TasksPage:
    """Tasks to do, and those of which proof was sent."""

    open: tuple[TaskCard, ...]
    sent: tuple[TaskCard, ...]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One task: what to do where, how what was sent stands, and the form."""

    key: str
    name: str
    text: str
    network: str
    place_url: str
    proof: str
    facts: tuple[tuple[str, str], ...]
    state: str
    said: str
    tone: str
    picture_url: str
    link: str
    can_send: bool
    again: str
    typed: str
    errors: Mapping[str, str]
    error: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The form of a review, or what was written."""

    title: str
    note: str
    stars: tuple[Option, ...]
    text: str
    last: str
    tone: str
    can_write: bool
    back_url: str
    errors: Mapping[str, str]
    error: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """What the page of a purchase says of its review."""

    url: str
    said: str
    tone: str
    can_write: bool


@require_safe
@members_only
def tasks(request: HttpRequest, door: Door) -> HttpResponse:
    """What the member can do now, and how what they sent stands."""
    offers = selectors.offers_of(door.club, door.who.id, door.now, counted=False)
    shown = TasksPage(
        open=tuple(task_card(door, each) for each in offers if each.can_send),
        sent=tuple(task_card(door, each) for each in offers if not each.can_send),
    )
    return page(request, door, "tasks.html", page=shown)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def task(request: HttpRequest, door: Door, key: str) -> HttpResponse:
    """One task; its form takes the proof, and what is wrong with it is said beside the field."""
    if request.method != "POST":
        return _task_page(request, door, key)
    sent, refusal = tried(lambda: _sent(request, door, key))
    if sent is None:
        return _task_page(request, door, key, refusal)
    return HttpResponseRedirect(reverse("portal:task", kwargs={"key": key}))


@require_safe
@members_only
def picture(request: HttpRequest, door: Door, id: str) -> HttpResponse:
    """The picture a member sent, for themselves alone."""
    proof = selectors.proof_get(door.club, ids.parse("proof", id))
    if proof.member_id not in alias_set(door.club, door.who.id):
        raise selectors.proof_missing()
    response = HttpResponse(selectors.picture_of(door.club, proof.id), content_type="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def review(request: HttpRequest, door: Door, id: str) -> HttpResponse:
    """Stars and words about one purchase of the member's own, once."""
    purchase = _purchase(door, id)
    if request.method != "POST":
        return _review_page(request, door, purchase)
    stars = request.POST.get("stars", "")
    written, refusal = tried(
        lambda: services.review_send(
            club=door.club,
            member_id=door.who.id,
            purchase_id=purchase.id,
            stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
            text=request.POST.get("text", ""),
            actor=door.actor,
            now=door.now,
        )
    )
    if written is None:
        return _review_page(request, door, purchase, refusal)
    return HttpResponseRedirect(reverse("portal:why", kwargs={"id": id}))


def review_line(door: Door, purchase: ActivityInfo) -> ReviewLine | None:
    """What stands about the review of a purchase; nothing where there is none and none is taken."""
    if purchase.kind != "purchase":
        return None
    written = selectors.review_of(door.club, door.who.id, purchase.id)
    can_write = _may_review(door, written)
    if not written and not can_write:
        return None
    last = next(iter(written), None)
    url = reverse("portal:review", kwargs={"id": ids.public("activity", purchase.id)})
    return ReviewLine(url, _state(door, last), TONES.get(last.state, "") if last else "", can_write)


def task_card(door: Door, offer: Offer) -> TaskCard:
    """A task as a row: its state, or what is asked."""
    each, last = offer.task, offer.last
    network = door.say(NETWORKS[each.network].label)
    parts = [network, _asked()[each.proof]]
    if each.ends_on and offer.can_send:
        parts.append(_until(door, each.ends_on))
    return TaskCard(
        url=reverse("portal:task", kwargs={"key": each.key}),
        name=each.name.say(door.lang),
        note=" · ".join(parts),
        sign=SIGNS[each.proof],
        state=_word(last.state) if last else "",
        tone=TONES.get(last.state, "") if last else "",
    )


def _sent(request: HttpRequest, door: Door, key: str) -> ProofInfo:
    upload = request.FILES.get("picture")
    sent = upload.read(PICTURE_BYTES + 1) if isinstance(upload, UploadedFile) else b""
    return services.proof_send(
        club=door.club,
        member_id=door.who.id,
        task=key,
        told=Told(request.POST.get("code", ""), request.POST.get("link", ""), sent),
        actor=door.actor,
        now=door.now,
    )


def _task_page(request: HttpRequest, door: Door, key: str, refusal: Refusal | None = None) -> HttpResponse:
    offer = selectors.offer_get(door.club, door.who.id, key, door.now)
    each, last = offer.task, offer.last
    field = (refusal.field or "").removeprefix("/") if refusal else ""
    wrong = door.say(refusal.phrase) if refusal else ""
    facts = [(gettext("Network"), door.say(NETWORKS[each.network].label))]
    if each.ends_on:
        facts.append((gettext("Open"), _until(door, each.ends_on)))
    if each.places is not None and offer.can_send:
        facts.append((gettext("Places left"), formats.number(each.places, door.lang)))
    shown = TaskPage(
        key=each.key,
        name=each.name.say(door.lang),
        text=each.text.say(door.lang),
        network=door.say(NETWORKS[each.network].label),
        place_url=each.url,
        proof=each.proof,
        facts=tuple(facts),
        state=_word(last.state) if last else "",
        said=_state(door, last) if last else (door.say(offer.obstacle) if offer.obstacle else ""),
        tone=TONES.get(last.state, "") if last else "",
        picture_url=reverse("portal:task_picture", kwargs={"id": ids.public("proof", last.id)})
        if last and last.picture
        else "",
        link=last.words if last and last.kind == "link" else "",
        can_send=offer.can_send,
        again=_tries(door, offer) if last and last.state == "refused" else "",
        typed=request.POST.get("link", "") or request.POST.get("code", ""),
        errors={field: wrong} if field in ("code", "link", "picture") else {},
        error="" if field in ("code", "link", "picture") else wrong,
    )
    return page(request, door, "task.html", page=shown, status=refusal.status if refusal else 200)


def _review_page(
    request: HttpRequest, door: Door, purchase: ActivityInfo, refusal: Refusal | None = None
) -> HttpResponse:
    written = selectors.review_of(door.club, door.who.id, purchase.id)
    can_write = _may_review(door, written)
    if not written and not can_write:
        raise Refusal("reviews_off", Phrase(_("The club takes no reviews at present.")), status=404)
    last, wrong = next(iter(written), None), door.say(refusal.phrase) if refusal else ""
    field = (refusal.field or "").removeprefix("/") if refusal else ""
    picked = request.POST.get("stars", "")
    shown = ReviewPage(
        title=statements.branch_name(door, purchase.branch) or gettext("Purchase"),
        note=statements.moment(door, purchase.occurred_at),
        stars=tuple(Option(str(n), stars_words(n), str(n) == picked) for n in range(5, 0, -1)),
        text=request.POST.get("text", ""),
        last=_state(door, last),
        tone=TONES.get(last.state, "") if last else "",
        can_write=can_write,
        back_url=reverse("portal:why", kwargs={"id": ids.public("activity", purchase.id)}),
        errors={field: wrong} if field in ("stars", "text") else {},
        error="" if field in ("stars", "text") else wrong,
    )
    return page(request, door, "review.html", page=shown, status=refusal.status if refusal else 200)


def stars_words(stars: int) -> str:
    """How good it was, in a word."""
    words = {
        5: gettext("5 stars: excellent"),
        4: gettext("4 stars: good"),
        3: gettext("3 stars: fair"),
        2: gettext("2 stars: poor"),
        1: gettext("1 star: bad"),
    }
    return words[stars]


def _may_review(door: Door, written: list[ProofInfo]) -> bool:
    states = [each.state for each in written]
    return (
        door.club.settings.reviews != "off"
        and not {"waiting", "accepted"} & set(states)
        and states.count("refused") < services.REVIEW_TRIES
    )


def _purchase(door: Door, id: str) -> ActivityInfo:
    activity = activity_get(door.club, ids.parse("activity", id))
    if activity.kind != "purchase" or activity.member_id not in alias_set(door.club, door.who.id):
        raise Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)
    return activity


def _state(door: Door, proof: ProofInfo | None) -> str:
    """How something sent stands, in a sentence; a refusal with its reason."""
    if proof is None:
        return ""
    if proof.state == "refused":
        reason = door.say(REASONS[proof.reason]) if proof.reason in REASONS else ""
        return " ".join(filter(None, (gettext("It was not accepted."), reason, proof.note)))
    words = {
        "waiting": gettext("It was sent and is being looked at."),
        "accepted": gettext("It was accepted."),
        "undone": gettext("Its acceptance was taken back."),
    }
    return " ".join(filter(None, (words.get(proof.state, ""), proof.note)))


def _word(state: str) -> str:
    words = {
        "waiting": gettext("being looked at"),
        "accepted": gettext("accepted"),
        "refused": gettext("not accepted"),
        "undone": gettext("taken back"),
    }
    return words.get(state, "")


def _asked() -> dict[str, str]:
    return {
        "code": gettext("with the code you find there"),
        "link": gettext("with the link of what you did"),
        "picture": gettext("with a picture of what you did"),
    }


def _until(door: Door, day: date) -> str:
    return gettext("to the end of %(day)s") % {"day": formats.date(day, door.lang, door.club.calendar)}


def _tries(door: Door, offer: Offer) -> str:
    if not offer.can_send:
        return ""
    return ngettext(
        "You can send it %(n)s more time.", "You can send it %(n)s more times.", offer.tries_left
    ) % {"n": formats.number(offer.tries_left, door.lang)}
