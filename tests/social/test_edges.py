"""Social tasks at their edges: merges taken apart after the members went on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground.types import SYSTEM
from bashgah.social import services
from bashgah.social.models import Proof
from tests.cast import NOW
from tests.social.conftest import Hands

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_what_a_merge_closed_stays_closed_where_the_member_sent_again_since(hands: Hands) -> None:
    hands.task()
    older = hands.sends(hands.reza, at=NOW)
    hands.sends(hands.sara, at=NOW)
    merge = members_merge(
        club=hands.club, survivor_id=hands.sara.id, merged_id=hands.reza.id, actor=SYSTEM, now=NOW
    )
    joined = services.proofs_join(club=hands.club, merge_id=merge.id, survivor_id=hands.sara.id, now=NOW)
    assert joined == 1
    hands.refuses(older)
    hands.sends(hands.sara, at=LATER)
    merge_undo(club=hands.club, merge_id=merge.id, actor=SYSTEM, now=LATER)
    assert services.proofs_part(club=hands.club, merge_id=merge.id) == 0
    states = Proof.objects.filter(member_id=hands.sara.id).order_by("id").values_list("state", flat=True)
    assert list(states) == ["joined", "waiting"]
