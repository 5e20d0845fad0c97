"""Addresses of the console."""

from django.urls import path

from bashgah.console.views import branches, brand, deliveries, home, joining, keys, messages, people, settings
from bashgah.console.views.members import acts, forms, listing, one
from bashgah.console.views.rules import editor
from bashgah.console.views.rules import listing as rules

app_name = "console"
urlpatterns = [
    path("", home.index, name="home"),
    path("members/", listing.index, name="members"),
    path("members.csv", listing.export, name="members_export"),
    path("members/new/", forms.new, name="member_new"),
    path("members/<str:member_id>/", one.points, name="member"),
    path("members/<str:member_id>/points/", one.points, name="member_points"),
    path("members/<str:member_id>/messages/", messages.of_member, name="member_messages"),
    path("members/<str:member_id>/details/", one.details, name="member_details"),
    path("members/<str:member_id>/edit/", forms.edit, name="member_edit"),
    path("members/<str:member_id>/block/", acts.block, name="member_block"),
    path("members/<str:member_id>/consents/", acts.consents, name="member_consents"),
    path("members/<str:member_id>/adjust/", acts.adjust, name="member_adjust"),
    path("members/<str:member_id>/record/", one.points, name="member_record"),
    path("rules/", rules.index, name="rules"),
    path("rules/new/", editor.new, name="rule_new"),
    path("rules/preview/", editor.preview, name="rule_preview"),
    path("rules/publish/", rules.publish, name="rules_publish"),
    path("rules/versions/", rules.versions, name="rules_versions"),
    path("rules/versions/<int:number>/back/", rules.back, name="rules_back"),
    path("rules/<slug:key>/", editor.edit, name="rule"),
    path("rules/<slug:key>/remove/", editor.remove, name="rule_remove"),
    path("messages/", messages.log, name="messages"),
    path("messages/wording/", messages.wording, name="wording"),
    path("messages/wording/<slug:event>/<slug:channel>/", messages.template, name="template"),
    path("messages/trial/", messages.trial, name="trial"),
    path("theme/<slug:slug>.css", brand.theme, name="theme"),
    path("logo/<slug:slug>.png", brand.logo, name="logo"),
    path("join/<str:token>/", joining.join, name="join"),
    path("settings/", settings.edit, name="settings"),
    path("settings/brand/", brand.edit, name="brand"),
    path("settings/branches/", branches.index, name="branches"),
    path("settings/branches/new/", branches.new, name="branch_new"),
    path("settings/branches/<str:branch_id>/", branches.edit, name="branch"),
    path("settings/branches/<str:branch_id>/close/", branches.close, name="branch_close"),
    path("settings/staff/", people.index, name="staff"),
    path("settings/staff/invite/", people.invite, name="invite"),
    path(
        "settings/staff/invitations/<uuid:invitation_id>/revoke/",
        people.invitation_revoke,
        name="invitation_revoke",
    ),
    path("settings/staff/<str:staff_id>/", people.person, name="person"),
    path(
        "settings/staff/<str:staff_id>/roles/<uuid:grant_id>/revoke/", people.role_revoke, name="role_revoke"
    ),
    path("settings/keys/", keys.index, name="keys"),
    path("settings/keys/new/", keys.new, name="key_new"),
    path("settings/keys/<str:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("settings/deliveries/", deliveries.index, name="deliveries"),
    path("settings/deliveries/<uuid:event_id>/retry/", deliveries.retry, name="delivery_retry"),
]
