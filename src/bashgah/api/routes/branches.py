"""Branches: the list that tills and integrations choose from."""

from __future__ import annotations

from ninja import Router, Schema

from bashgah.api.bearer import Bearer, Call
from bashgah.api.values import TextsOut
from bashgah.clubs import selectors
from bashgah.kit import ids

router = Router(tags=["branches"])


class BranchOut(Schema):
    """A branch; purchases name it by its code."""

    id: str
    code: str
    name: TextsOut
    city: str
    region: str
    timezone: str
    is_active: bool


class BranchesOut(Schema):
    """All branches of the club, by code."""

    branches: list[BranchOut]


@router.get("/branches", response=BranchesOut, auth=Bearer("branches.read"), summary="List branches")
def branch_list(request: Call) -> BranchesOut:
    """Every branch of the club, closed ones too."""
    return BranchesOut(
        branches=[
            BranchOut(
                id=ids.public("branch", branch.id),
                code=branch.code,
                name=TextsOut.of(branch.name),
                city=branch.city,
                region=branch.region,
                timezone=branch.timezone,
                is_active=branch.is_active,
            )
            for branch in selectors.branch_list(request.club)
        ]
    )
