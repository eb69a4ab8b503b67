from django.urls import path

from portal.views import ground, invitations, organisations, profile, seats

urlpatterns = [
    path("day/", ground.day, name="day"),
    path("messages/", ground.messages, name="messages"),
    path("messages/<str:code>/", ground.message, name="message"),
    path("help/workflow/", ground.workflow_help, name="help_workflow"),
    path("help/roles/", ground.roles_help, name="help_roles"),
    path("people/", ground.people, name="people"),
    path("people/<slug:key>/roles/", ground.roles_of, name="roles_of"),
    path("events/", ground.events, name="events"),
    path("health/", ground.health, name="health"),
    # oneself
    path("profile/", profile.profile, name="profile"),
    path("profile/affiliations/", profile.affiliate, name="affiliate"),
    path("profile/affiliations/<slug:key>/end/", profile.end_affiliation, name="end_affiliation"),
    path(
        "profile/affiliations/<slug:key>/strike/",
        profile.strike_affiliation,
        name="strike_affiliation",
    ),
    # organisations, their seats and their invitations
    path("organisations/", organisations.index, name="organisations"),
    path("organisations/register/", organisations.register, name="register_organisation"),
    path("organisations/likely/", organisations.likely, name="likely_organisations"),
    path("organisations/<slug:key>/", organisations.organisation, name="organisation"),
    path("organisations/<slug:key>/ask/", organisations.ask_for_seat, name="ask_for_seat"),
    path("organisations/<slug:key>/verify/", organisations.verify, name="verify_organisation"),
    path(
        "organisations/<slug:key>/send-back/",
        organisations.send_back,
        name="send_back_organisation",
    ),
    path(
        "organisations/<slug:key>/register-again/",
        organisations.register_again,
        name="register_again_organisation",
    ),
    path("organisations/<slug:key>/invite/", seats.invite, name="invite"),
    path("organisations/<slug:key>/seats/give/", seats.give_seat, name="give_seat"),
    path("organisations/<slug:key>/seats/take/", seats.take_seat, name="take_seat"),
    path("organisations/<slug:key>/leave/", seats.leave, name="leave_organisation"),
    path("organisations/<slug:key>/hand-over/", seats.hand_over, name="hand_over"),
    path("invitations/link/<str:token>/", invitations.link, name="invitation_link"),
    path("invitations/<slug:key>/", invitations.invitation, name="invitation"),
    path("invitations/<slug:key>/accept/", invitations.accept, name="accept_invitation"),
    path("invitations/<slug:key>/decline/", invitations.decline, name="decline_invitation"),
    path("invitations/<slug:key>/take-back/", invitations.take_back, name="take_back_invitation"),
    path("invitations/<slug:key>/resend/", invitations.resend, name="resend_invitation"),
]
