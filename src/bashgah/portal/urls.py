"""Addresses of the portal: the club's own home."""

from django.urls import path

from bashgah.portal.views import app, checking_in, entry, giving, home, me, points, rewards, shared, trial

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", entry.sign_in, name="sign_in"),
    path("sign-in/code", entry.code, name="code"),
    path("sign-in/again", entry.again, name="again"),
    path("join", entry.join, name="join"),
    path("sign-out", entry.sign_out, name="sign_out"),
    path("card", home.card, name="card"),
    path("card/offline", app.card_offline, name="card_offline"),
    path("qr", home.qr, name="qr"),
    path("asks", home.asks, name="asks"),
    path("asks/<str:id>", home.ask, name="ask"),
    path("here/<str:token>", checking_in.here, name="check_in"),
    path("give", giving.give, name="give"),
    path("give/<str:id>", giving.code, name="give_code"),
    path("shared", shared.shared, name="shared"),
    path("statement", points.statement, name="statement"),
    path("statement/<str:id>/why", points.why, name="why"),
    path("rewards", rewards.rewards, name="rewards"),
    path("rewards/<slug:key>", rewards.reward, name="reward"),
    path("coupons", rewards.coupons, name="coupons"),
    path("coupons/<str:id>", rewards.coupon, name="coupon"),
    path("inbox", me.inbox, name="inbox"),
    path("me", me.me, name="me"),
    path("me/consents", me.consents, name="consents"),
    path("me/mobile", me.mobile, name="mobile"),
    path("me/mobile/code", me.mobile_code, name="mobile_code"),
    path("how", points.how, name="how"),
    path("theme.css", app.theme, name="theme"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("icon-<int:size>.png", app.icon, name="icon"),
    path("icon-<int:size>-maskable.png", app.icon_maskable, name="icon_maskable"),
    path("sw.js", app.service_worker, name="service_worker"),
    path("offline", app.offline, name="offline"),
    path("demo/messages", trial.messages, name="demo_messages"),
]
