from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("portal.pages")),
    path("", include("proposals.urls")),
    path("", include("reviews.urls")),
]
