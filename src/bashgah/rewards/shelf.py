"""The shelf of reward kinds: what a kind is, and where kinds enlist themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from bashgah.engine.criteria.saying import Names
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.registry import Registry, Retired, load_shelf
from bashgah.rewards.scoping import LINES, scope_of
from bashgah.rewards.types import Context, Effect


class Parameters(BaseModel):
    """Base of every kind's parameters: one source for form, API schema and validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class KindExample:
    """Parameters and what they must give for ever; the shelf's tests run every one of them."""

    params: Mapping[str, Any]
    effects: tuple[Effect, ...]


class RewardKind(Protocol):
    """A kind of reward: says what a reward of its kind does and never does it itself.

    ``key`` is stored and never changes; ``label`` names it; ``Params`` are its settings; ``issue(params,
    context)`` returns the effects that redemption carries out; ``gives(value, currency, names)`` says in
    words what stored parameters or a coupon's value are worth; ``names`` are those of goods it may be for.
    """

    key: str
    label: Phrase
    Params: ClassVar[type[Parameters]]
    EXAMPLES: ClassVar[tuple[KindExample, ...]]

    def issue(self, params: Any, context: Context) -> tuple[Effect, ...]:
        """Return what redeeming a reward of this kind does.

        Args:
            params: an instance of ``Params``.
            context: the club's currency and the time; nothing of the member.
        Returns:
            Effects in the order in which they are carried out, at least one.
        """

    def gives(self, value: Mapping[str, Any], currency: str, names: Names | None = None) -> Phrase:
        """Return the sentence that tells a member what they get."""


KINDS: Registry[RewardKind] = Registry("rewards/kinds")


def kinds_load() -> None:
    """Put every kind on the shelf; called once at start."""
    load_shelf("bashgah.rewards.kinds")


def kind_params(kind: str, params: Mapping[str, Any]) -> Parameters:
    """Validate a reward's parameters; refuses with ``reward_kind_unknown`` or ``reward_params_invalid``.

    A condition on goods that cannot be understood is refused with ``criteria_invalid``.
    """
    found = KINDS.find(kind)
    if found is None:
        raise Refusal(
            "reward_kind_unknown",
            Phrase(_("There is no kind of reward called {kind}."), {"kind": kind}),
            status=422,
            field="/kind",
        )
    try:
        valid = found.Params.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors()[0]
        raise Refusal(
            "reward_params_invalid",
            Phrase(_("The reward's settings don't fit: {reason}"), {"reason": first["msg"]}),
            status=422,
            field="/params/" + "/".join(str(part) for part in first["loc"]),
        ) from None
    scope_of(params, f"/params/{LINES}")
    return valid


def gives(kind: str, value: Mapping[str, Any], currency: str, names: Names | None = None) -> Phrase:
    """What a reward or coupon of this kind gives, in words; a retired kind says only that it is one."""
    found = KINDS.get(kind)
    return found.label if isinstance(found, Retired) else found.gives(value, currency, names)
