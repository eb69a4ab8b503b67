from django.urls import path

from portal import views

urlpatterns = [
    path("day/", views.day, name="day"),
    path("messages/", views.messages, name="messages"),
    path("messages/<int:number>/", views.message, name="message"),
    path("help/workflow/", views.workflow_help, name="help_workflow"),
    path("help/roles/", views.roles_help, name="help_roles"),
    path("people/", views.people, name="people"),
    path("people/<slug:key>/roles/", views.roles_of, name="roles_of"),
    path("events/", views.events, name="events"),
    path("health/", views.health, name="health"),
]
