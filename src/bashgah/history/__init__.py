"""Each member's sums, days and used limits, kept in the settlement; the club's days, kept beside it.

Remembers: what a member did in all and by day, units used against limits, a club's day by branch.
Promises: a member's days add up to the sums; windows can be measured without reading activities.
Listens to: whatever was settled, and anonymous purchases, for the club's days.
Never: decides; holds points; slows a settlement down.
"""
