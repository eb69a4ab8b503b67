import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.template.loader import render_to_string

from portal import clock, notices, throttle
from portal.models import User


class Adapter(DefaultAccountAdapter):
    """Accounts' mail goes the way of all mail: a row now, a worker later.

    Sending in the request would take longer for an address we know than for
    one we do not, and so tell which is which.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        body = render_to_string(f"{template_prefix}_message.txt", context)
        notices.write(
            key=f"account:{secrets.token_hex(12)}",
            notice="account",
            recipient=User.objects.filter(email=email.lower()).first(),
            address=email,
            text=" ".join(subject.split()) + "\n" + body,
            now=clock.now(),
        )

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data["name"]
        user.joined_at = clock.now()
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request) -> str:
        """Back to the invitation that led here, across registering and confirming an address."""
        return request.session.pop("after_login", "") or super().get_login_redirect_url(request)

    def get_client_ip(self, request) -> str:
        """Whose tries are counted: behind a proxy not the proxy, or everybody would be one."""
        return throttle.address(request)

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whose session asks is known: tries are counted for this person alone.

        Counted for an address as those of strangers are, ten colleagues of one
        institution who mistype would keep the eleventh from filing.
        """
        return user.check_password(password)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return self._absolute(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        return self._absolute(super().get_email_confirmation_url(request, emailconfirmation))

    @staticmethod
    def _absolute(url: str) -> str:
        """On our own address, whatever Host the request claimed."""
        path = "/" + url.split("://", 1)[-1].partition("/")[2]
        return settings.BASE_URL + path
