from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("portal.pages")),
    path("", include("proposals.urls")),
    path("", include("reviews.urls")),
]

# Without a look at the form, which Django's own page takes: it may be what cannot be read.
handler400 = "portal.views.ground.bad_request"
handler500 = "portal.views.ground.fault"
