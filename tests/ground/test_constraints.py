"""The last guard: each CHECK and each unique index refuses one literal row, and takes the row beside it.

A row is put into an empty copy of the table whose other columns may be empty: nothing else refuses it.
"""

from __future__ import annotations

import re

import psycopg
import pytest

pytestmark = pytest.mark.django_db

CHECKS = {
    # name: table, columns, a row that is refused, a row that is not
    "something_is_outstanding": ("accounting_outstanding", "lots, units", "0, 5", "1, 5"),
    "a_unit_costs_nothing_or_more": ("accounting_unitcost", "per_thousand", "-1", "0"),
    "no_more_returned_than_bought": ("activities_returned", "returned, bought", "4, 3", "3, 3"),
    "no_more_returned_than_bought_anonymously": (
        "activities_anonymousreturned", "returned, bought", "4, 3", "3, 3"),
    "no_more_given_back_than_spent": ("activities_spent", "returned, amount", "11, 10", "10, 10"),
    "calendar_is_known": ("clubs_club", "calendar", "'lunar'", "'jalali'"),
    "club_has_a_name": ("clubs_club", "name_fa, name_en", "'', ''", "'ک', ''"),
    "club_kind_is_known": ("clubs_club", "kind", "'toy'", "'sandbox'"),
    "money_is_shown_in_toman_or_rial": ("clubs_club", "money_display", "'coin'", "'rial'"),
    "week_starts_on_a_day": ("clubs_club", "week_start", "7", "6"),
    "branch_has_a_name": ("clubs_branch", "name_fa, name_en", "'', ''", "'', 'V'"),
    "adjustment_is_decided_once": (
        "dealings_adjustment", "state, decided_at, entry_id",
        "'approved', now(), NULL", "'waiting', NULL, NULL"),
    "adjustment_moves_something": ("dealings_adjustment", "amount", "0", "-1"),
    "nobody_approves_their_own": (
        "dealings_adjustment", "state, decided_at, entry_id, decided_by, asked_by, behind",
        "'approved', now(), gen_random_uuid(), 'a', 'a', ''",
        "'approved', now(), gen_random_uuid(), 'b', 'a', ''"),
    "no_transfer_without_the_yes_it_needs": (
        "dealings_transfer", "needs_yes, state, yes_by", "true, 'done', ''", "true, 'done', 'code'"),
    "nobody_gives_to_self": (
        "dealings_transfer", "member_id, receiver_id", "'{0}', '{0}'", "'{0}', '{1}'"),
    "transfer_moves_something": ("dealings_transfer", "amount", "0", "1"),
    "transfer_state_is_known": ("dealings_transfer", "state", "'lost'", "'open'"),
    "merge_joins_two": ("dealings_merge", "survivor_id, merged_id", "'{0}', '{0}'", "'{0}', '{1}'"),
    "allocation_moves_something": ("ledger_allocation", "amount", "0", "-1"),
    "hold_holds_something": ("ledger_hold", "amount, state", "0, 0", "1, 0"),
    "hold_is_closed_once": ("ledger_hold", "state, closed_at", "1, NULL", "0, NULL"),
    "lot_holds_what_is_left": ("ledger_lot", "remaining, amount, is_open", "6, 5, true", "5, 5, true"),
    "lot_is_open_while_something_is_left": (
        "ledger_lot", "remaining, amount, is_open", "5, 5, false", "0, 5, false"),
    "posting_has_two_sides": ("ledger_posting", "debit, credit", "1, 1", "1, 2"),
    "posting_moves_something": ("ledger_posting", "amount", "0", "1"),
    "posting_names_known_accounts": ("ledger_posting", "debit, credit", "1, 9", "1, 15"),
    "reversals_stay_within_the_posting": (
        "ledger_posting", "amount, n, original, reversed_total, reverses",
        "5, 1, 5, 6, '{0}'", "5, 1, 5, 5, '{0}'"),
    "wallet_never_owes_more_than_its_debt": (
        "ledger_wallet", "available, debt, held, pending", "-3, 2, 0, 0", "-2, 2, 0, 0"),
    "a_day_counts_upwards": (
        "ledger_day", "allocations, issued, postings, reversed", "0, -1, 0, 0", "0, 0, 0, 0"),
    "five_tries_at_most": ("members_code", "tries", "6", "5"),
    "member_kind_is_known": ("members_state", "kind", "'robot'", "'group'"),
    "nobody_is_own_alias": ("members_state", "member_id, merged_into", "'{0}', '{0}'", "'{0}', '{1}'"),
    "status_is_known": ("members_state", "status", "'dead'", "'left'"),
    "belonging_ends_for_a_reason": ("members_belonging", "ended_at, ended_by", "now(), ''", "now(), 'left'"),
    "erasure_is_closed_once": (
        "members_erasure", "state, closed_at", "'done', NULL", "'withdrawn', now()"),
    "group_role_is_known": ("members_belonging", "role", "'guest'", "'junior'"),
    "monthly_limit_is_not_negative": ("members_belonging", "monthly_limit", "-1", "0"),
    "group_share_is_a_percentage": ("members_group", "share", "101", "100"),
    "group_type_is_known": ("members_group", "type", "'team'", "'company'"),
    "group_invitation_state_is_known": ("members_groupinvitation", "state", "'lost'", "'declined'"),
    "nobody_spends_less_than_nothing": ("members_groupspend", "spent", "-1", "0"),
    "a_secret_is_never_in_clear": ("messaging_message", "is_secret, body", "true, '1234'", "true, ''"),
    "secrets_are_wiped_when_closed": (
        "messaging_message", "state, sealed", "'sent', '\\x01'", "'queued', '\\x01'"),
    "versions_count_from_one": ("programs_version", "number", "0", "1"),
    "budgets_are_not_overdrawn": ("programs_budget", "spent", "-1", "0"),
    "approval_state_is_known": ("programs_approval", "state", "'lost'", "'withdrawn'"),
    "nobody_approves_their_draft": (
        "programs_approval", "state, decided_by, asked_by", "'approved', 'a', 'a'", "'approved', 'b', 'a'"),
    "a_cancelled_redemption_says_when": (
        "redemption_redemption", "state, closed_at, cancelled_at", "'cancelled', now(), NULL",
        "'cancelled', now(), now()"),
    "no_capture_without_the_yes_it_needs": (
        "redemption_redemption", "state, closed_at, needs_yes, yes_by", "'captured', now(), true, ''",
        "'captured', now(), true, 'qr'"),
    "redemption_is_closed_once": (
        "redemption_redemption", "state, closed_at", "'released', NULL", "'open', NULL"),
    "a_grant_is_issued_once": (
        "redemption_grant", "state, redemption_id", "'issued', NULL", "'issued', '{0}'"),
    "coupon_is_closed_once": ("rewards_coupon", "state, closed_at", "'used', NULL", "'issued', NULL"),
    "reward_has_a_name": ("rewards_reward", "name_fa, name_en", "'', ''", "'', 'R'"),
    "stock_never_below_zero": ("rewards_stock", "remaining", "-1", "0"),
    "a_report_is_whole": ("simulation_backtest", "state, report", "'done', NULL", "'failed', NULL"),
    "backtest_has_a_period": (
        "simulation_backtest", "since, until", "'2026-02-01', '2026-02-01'", "'2026-02-01', '2026-02-02'"),
    "backtest_state_is_known": ("simulation_backtest", "state", "'lost'", "'failed'"),
    "proof_is_about_one_thing": (
        "social_proof", "kind, purchase_id, task_id", "'task', '{0}', '{1}'", "'review', '{0}', NULL"),
    "proof_state_is_known": ("social_proof", "state, task_id", "'lost', '{0}'", "'waiting', '{0}'"),
    "stars_are_one_to_five": ("social_proof", "stars, task_id", "6, '{0}'", "5, '{0}'"),
    "what_is_accepted_was_recorded": (
        "social_proof", "state, activity_id, task_id", "'accepted', NULL, '{0}'", "'accepted', '{1}', '{0}'"),
    "task_by_code_has_a_code": ("social_task", "proof, code", "'code', NULL", "'link', NULL"),
    "task_has_a_name": ("social_task", "name_fa, name_en", "'', ''", "'', 'T'"),
    "task_may_be_tried": ("social_task", "tries", "0", "1"),
    "task_proof_is_known": ("social_task", "proof", "'song'", "'picture'"),
}  # fmt: skip

UNIQUES = {
    # name: columns, a row that may be there once, the row beside it
    "access_client_application_id_key": ("application_id", "1", "2"),
    "access_invitation_digest_key": ("digest", "'\\x01'", "'\\x02'"),
    "access_key_digest_key": ("digest", "'\\x01'", "'\\x02'"),
    "access_key_prefix_key": ("prefix", "'a'", "'b'"),
    "one_part_put_away_once": (
        "staff_id, club_id, part", "'{0}', '{1}', 'first_steps'", "'{0}', '{1}', 'tour'"),
    "one_role_once_in_a_club": (
        "staff_id, club_id, role", "'{0}', '{1}', 'owner'", "'{0}', '{1}', 'cashier'"),
    "access_staff_email_key": ("email", "'a@b.example'", "'c@b.example'"),
    "one_fact_waits_per_reference": (
        "club_id, source, reference, decided_at", "'{0}', 'pos', '1', NULL", "'{0}', 'pos', '1', now()"),
    "one_purchase_per_redemption": ("member_id, ref_id, kind", "'{0}', '{1}', 3", "'{0}', '{1}', 1"),
    "one_return_waits_per_reference": (
        "club_id, source, reference, closed_at", "'{0}', 'pos', '1', NULL", "'{0}', 'pos', '1', now()"),
    "one_branch_per_code": ("club_id, code", "'{0}', '101'", "'{1}', '101'"),
    "clubs_club_domain_key": ("domain", "'a.example'", "'b.example'"),
    "clubs_club_slug_key": ("slug", "'a'", "'b'"),
    "merged_once_at_a_time": ("merged_id, undone_at", "'{0}', NULL", "'{0}', now()"),
    "ground_audit_seal_audit_id_key": ("audit_id", "'{0}'", "'{1}'"),
    "reversals_are_numbered": ("member_id, reverses, n", "'{0}', '{1}', 1", "'{0}', '{1}', 2"),
    "erased_once": ("member_id, state", "'{0}', 'done'", "'{0}', 'withdrawn'"),
    "one_group_at_a_time": ("member_id, ended_at", "'{0}', NULL", "'{0}', now()"),
    "one_invitation_per_code": ("club_id, digest", "'{0}', '\\x01'", "'{1}', '\\x01'"),
    "one_message_per_cause": ("cause_id, event, channel", "'{0}', 'a', 'sms'", "'{0}', 'a', 'inbox'"),
    "one_approval_waits": ("club_id, state", "'{0}', 'waiting'", "'{0}', 'declined'"),
    "a_purchase_is_reviewed_once": (
        "member_id, purchase_id, state", "'{0}', '{1}', 'waiting'", "'{0}', '{1}', 'refused'"),
    "a_task_counts_once_for_a_member": (
        "member_id, task_id, state", "'{0}', '{1}', 'waiting'", "'{0}', '{1}', 'refused'"),
    "one_task_of_a_key": ("club_id, key", "'{0}', 'a'", "'{0}', 'b'"),
}  # fmt: skip

IDS = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002")
LIBRARIES = "^(procrastinate|django_|auth_|account_|socialaccount|oauth2?_|usersessions|mfa_)"


def a_copy(owner: psycopg.Connection, table: str, including: str = "") -> None:
    """Make an empty copy of the table in which every column may be left out."""
    owner.execute(f"CREATE TEMP TABLE copy (LIKE {table} {including})")
    columns = owner.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = 'pg_temp.copy'::regclass AND attnotnull AND attnum > 0"
    ).fetchall()
    for (column,) in columns:
        owner.execute(f'ALTER TABLE copy ALTER COLUMN "{column}" DROP NOT NULL')


@pytest.fixture
def owner(owner_connection: psycopg.Connection) -> psycopg.Connection:
    owner_connection.execute("DROP TABLE IF EXISTS pg_temp.copy")
    return owner_connection


def test_every_constraint_of_ours_is_broken_here(owner: psycopg.Connection) -> None:
    checks = owner.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        " AND conrelid::regclass::text !~ %s",
        [LIBRARIES],
    ).fetchall()
    uniques = owner.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%%'"
        " AND indexname !~ '_pkey$' AND tablename !~ %s",
        [LIBRARIES],
    ).fetchall()
    assert {name for (name,) in checks} == CHECKS.keys()
    assert {name for (name,) in uniques} == UNIQUES.keys()


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_refuses_its_row_and_takes_the_one_beside_it(owner: psycopg.Connection, name: str) -> None:
    table, columns, bad, good = CHECKS[name]
    a_copy(owner, table, "INCLUDING CONSTRAINTS")
    owner.execute(f"INSERT INTO copy ({columns}) VALUES ({good.format(*IDS)})")
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        owner.execute(f"INSERT INTO copy ({columns}) VALUES ({bad.format(*IDS)})")
    assert refused.value.diag.constraint_name == name


@pytest.mark.parametrize("name", UNIQUES)
def test_a_unique_index_takes_its_row_once(owner: psycopg.Connection, name: str) -> None:
    columns, once, beside = UNIQUES[name]
    row = owner.execute(
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname = %s", [name]
    ).fetchone()
    assert row is not None
    a_copy(owner, row[0])
    owner.execute(re.sub(r" ON public\.\w+ ", " ON pg_temp.copy ", row[1]))
    for values in (once, beside):
        owner.execute(f"INSERT INTO copy ({columns}) VALUES ({values.format(*IDS)})")
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        owner.execute(f"INSERT INTO copy ({columns}) VALUES ({once.format(*IDS)})")
    assert refused.value.diag.constraint_name == name
