"""Addresses of the till."""

from django.urls import path

from bashgah.till.views import cancelling, desk, enrol, purchase, returns, spending

app_name = "till"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("branch", desk.branch, name="branch"),
    path("today", desk.today, name="today"),
    path("find", desk.find, name="find"),
    path("enrol", enrol.enrol, name="enrol"),
    path("item", purchase.item, name="item"),
    path("code", purchase.code, name="code"),
    path("preview", purchase.preview, name="preview"),
    path("record", purchase.record, name="record"),
    path("claim", purchase.claim, name="claim"),
    path("take", spending.take, name="take"),
    path("pay", spending.pay, name="pay"),
    path("drop", spending.drop, name="drop"),
    path("yes", spending.yes, name="yes"),
    path("yes/check", spending.yes_check, name="yes_check"),
    path("yes/state", spending.yes_state, name="yes_state"),
    path("redeemed", cancelling.redeemed, name="redeemed"),
    path("redeemed/cancel", cancelling.cancel, name="redeemed_cancel"),
    path("return", returns.find, name="return"),
    path("return/record", returns.record, name="return_record"),
    path("return/preview", returns.preview, name="return_preview"),
    path("void", returns.void, name="void"),
]
