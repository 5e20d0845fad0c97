"""What bounds a rule, as form fields and back: caps of one member, how often, and the budget of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from bashgah.console.building.sources import Sources
from bashgah.engine.document import REWARD_UNIT, Budget, Rule, is_reward
from bashgah.ui.entries import money_or_none, whole_or_none
from bashgah.ui.figures import money_unit, plain, shown_amount
from bashgah.ui.types import Option

WINDOWS = ("day", "week", "month", "year", "ever")
USUAL_WINDOWS = ("day", "week", "month")


@dataclass(slots=True)
class BudgetForm:
    """The budget of all members together; without ``most`` there is none."""

    most: str = ""
    of: str = "units"
    wallet: str = ""
    window: str = "ever"
    per: str = "club"
    at_limit: str = "cut"


@dataclass(slots=True)
class CapsForm:
    """Caps by window: units of one member, times of one member; and the budget."""

    units: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    budget: BudgetForm = field(default_factory=BudgetForm)


@dataclass(frozen=True, slots=True)
class CapField:
    """One cap of one member."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CapsView:
    """The caps with their choices; ``usual`` stands open, ``more`` and ``times`` are folded."""

    usual: tuple[CapField, ...]
    more: tuple[CapField, ...]
    times: tuple[CapField, ...]
    budget: BudgetForm
    of: tuple[Option, ...]
    wallets: tuple[Option, ...]
    windows: tuple[Option, ...]
    per: tuple[Option, ...]
    at_limit: tuple[Option, ...]
    unit: str
    summary: str


def caps_form(rule: Rule, sources: Sources) -> CapsForm:
    """The form of a stored rule's caps; of two caps of one window the stricter counts anyway."""
    return CapsForm(
        units=_by_window(rule, "units"),
        times=_by_window(rule, "times"),
        budget=_budget_form(rule.budget, sources) if rule.budget else BudgetForm(),
    )


def caps_read(data: QueryDict) -> CapsForm:
    """The form as it was submitted."""
    names = ("most", "of", "wallet", "window", "per", "at_limit")
    usual = BudgetForm()
    return CapsForm(
        units={window: data.get(f"limit_{window}", "").strip() for window in WINDOWS},
        times={window: data.get(f"times_{window}", "").strip() for window in WINDOWS},
        budget=BudgetForm(
            *(data.get(f"budget_{name}", "").strip() or getattr(usual, name) for name in names)
        ),
    )


def caps_document(form: CapsForm, sources: Sources) -> dict[str, Any]:
    """Limits and budget as plain JSON; what cannot be read stays as typed for the check to name."""
    limits: list[dict[str, Any]] = [
        {"window": window, "most": whole(form.units[window])} for window in WINDOWS if form.units.get(window)
    ]
    limits += [
        {"window": window, "most": whole(form.times[window]), "of": "times"}
        for window in WINDOWS
        if form.times.get(window)
    ]
    return {"limits": limits, "budget": _budget_document(form.budget, sources)}


def caps_view(form: CapsForm, sources: Sources) -> CapsView:
    """The caps as the page draws them."""
    budget = form.budget
    wallets = [*sources.wallets(), *sources.rewards({budget.wallet})]
    wallet = budget.wallet or wallets[0][0]
    units = dict(wallets).get(wallet, wallet)
    return CapsView(
        usual=_fields("limit", form.units, USUAL_WINDOWS),
        more=_fields("limit", form.units, WINDOWS[3:]),
        times=_fields("times", form.times, WINDOWS),
        budget=budget,
        of=options(
            (("units", gettext("in units")), ("money", gettext("in money they are worth"))), budget.of
        ),
        wallets=options(wallets, wallet),
        windows=options(
            (
                ("ever", gettext("in all")),
                ("year", gettext("in a year")),
                ("month", gettext("in a month")),
                ("week", gettext("in a week")),
                ("day", gettext("in a day")),
            ),
            budget.window,
        ),
        per=options(
            (("club", gettext("all branches together")), ("branch", gettext("each branch on its own"))),
            budget.per,
        ),
        at_limit=options(
            (
                ("cut", gettext("the last of it is given in part")),
                ("skip", gettext("what does not fit whole is not given")),
            ),
            budget.at_limit,
        ),
        unit=money_unit(sources.club) if budget.of == "money" else units,
        summary=_summary(form),
    )


def window_words() -> dict[str, str]:
    """The windows of a limit in words."""
    return {
        "day": gettext("each member in a day"),
        "week": gettext("in a week"),
        "month": gettext("in a month"),
        "year": gettext("in a year"),
        "ever": gettext("ever"),
    }


def options(pairs: Any, current: str) -> tuple[Option, ...]:
    """Choices, the current one marked."""
    return tuple(Option(key, word, key == current) for key, word in pairs)


def whole(text: str) -> Any:
    """A whole number, or the text where it is none."""
    try:
        return whole_or_none(text)
    except ValueError:
        return text


def _fields(head: str, values: dict[str, str], windows: tuple[str, ...]) -> tuple[CapField, ...]:
    words = window_words()
    return tuple(CapField(f"{head}_{window}", words[window], values.get(window, "")) for window in windows)


def _summary(form: CapsForm) -> str:
    words, said = window_words(), []
    for window in WINDOWS[3:]:
        if form.units.get(window):
            said.append(f"{form.units[window]} {words[window]}")
    for window in WINDOWS:
        if form.times.get(window):
            said.append(
                gettext("%(n)s times %(window)s") % {"n": form.times[window], "window": words[window]}
            )
    return " · ".join(said) or gettext("as often as it happens")


def _by_window(rule: Rule, of: str) -> dict[str, str]:
    found: dict[str, int] = {}
    for limit in rule.limits:
        if limit.of == of:
            found[limit.window] = min(limit.most, found.get(limit.window, limit.most))
    return {window: plain(most) for window, most in found.items()}


def _budget_form(budget: Budget, sources: Sources) -> BudgetForm:
    most = shown_amount(budget.most, sources.club) if budget.of == "money" else budget.most
    return BudgetForm(plain(most), budget.of, budget.unit, budget.window, budget.per, budget.at_limit)


def _budget_document(form: BudgetForm, sources: Sources) -> dict[str, Any] | None:
    if not form.most:
        return None
    counted: dict[str, Any] = {"wallet": form.wallet or sources.program.wallets[0].key}
    if is_reward(form.wallet):
        counted = {"reward": form.wallet.removeprefix(REWARD_UNIT)}
    return {
        **counted,
        "of": form.of,
        "most": _money(form.most, sources) if form.of == "money" else whole(form.most),
        "window": form.window,
        "per": form.per,
        "at_limit": form.at_limit,
    }


def _money(text: str, sources: Sources) -> Any:
    try:
        return money_or_none(text, sources.club)
    except ValueError:
        return text
