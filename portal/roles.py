"""Who may do what, in the sentences shown at /help/roles/."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    label: str | Promise
    may: str | Promise
    granted_by: str | Promise


# Held in an organisation.
OWNER, PI, EDITOR, READER, AOR = "owner", "pi", "editor", "reader", "aor"
# Held in the portal.
SECRETARY, APPROVER, LEGAL, AUDITOR, ADMIN = "secretary", "approver", "legal", "auditor", "admin"
# Held on the panel of one call.
CHAIR, REVIEWER, ASSESSOR = "chair", "reviewer", "assessor"

ROLES = (
    Role(
        OWNER,
        _("Organisation owner"),
        _("Invites members and gives them their roles; reads every letter of the organisation."),
        _("Whoever registers the organisation; later the owner before, or an invitation."),
    ),
    Role(
        PI,
        _("Principal investigator (PI)"),
        _("Drafts letters of intent and signs them off: the first key."),
        _("The organisation's owner."),
    ),
    Role(
        EDITOR,
        _("Editor"),
        _("Drafts letters of intent with the PI. Signs nothing off."),
        _("The organisation's owner."),
    ),
    Role(
        READER,
        _("Reader"),
        _("Reads the organisation's letters, receipts and decisions."),
        _("The organisation's owner."),
    ),
    Role(
        AOR,
        _("Authorised representative (AOR)"),
        _(
            "Files the letter for the organisation, the second key, and withdraws it. May be the PI as well; both keys are still turned."
        ),
        _(
            "Whoever registers the organisation, or its owner; the secretariat verifies the organisation."
        ),
    ),
    Role(
        REVIEWER,
        _("Reviewer"),
        _(
            "Declares conflicts of interest before reading, then scores the assigned cases. Sees no other review before locking their own."
        ),
        _("The secretary."),
    ),
    Role(
        ASSESSOR,
        _("Technical assessor"),
        _(
            "Judges feasibility and accommodation of the assigned cases, apart from the science reviewers."
        ),
        _("The secretary."),
    ),
    Role(
        CHAIR,
        _("Panel chair"),
        _(
            "Sees every review of the panel without a conflict, rules on the conflicts of interest of reviewers, concludes the reviews and prepares the decisions."
        ),
        _("The secretary."),
    ),
    Role(
        SECRETARY,
        _("Secretary"),
        _(
            "Drafts calls, screens letters, assigns reviewers, rules on their hard conflicts of interest that were found, and releases results that somebody else approved."
        ),
        _("An administrator."),
    ),
    Role(
        APPROVER,
        _("Approver"),
        _(
            "The second person: publishes calls, confirms ineligibility, approves decisions, rules on the conflicts of interest of chairs, secretaries and other approvers. Never approves their own work."
        ),
        _("An administrator."),
    ),
    Role(
        LEGAL,
        _("Legal"),
        _("Reads selected cases and their letters to prepare agreements."),
        _("An administrator."),
    ),
    Role(
        AUDITOR,
        _("Auditor"),
        _("Reads everything, the record of events included. Changes nothing."),
        _("An administrator."),
    ),
    Role(
        ADMIN,
        _("Administrator"),
        _("Keeps accounts and roles and sees the board. Reads no proposal and decides nothing."),
        _("Another administrator."),
    ),
)
LABELS = {role.name: role.label for role in ROLES}
SEATS = [(name, LABELS[name]) for name in (OWNER, PI, EDITOR, READER, AOR)]
CHOICES = [(name, LABELS[name]) for name in (SECRETARY, APPROVER, LEGAL, AUDITOR, ADMIN)]
PANEL = [(name, LABELS[name]) for name in (CHAIR, REVIEWER, ASSESSOR)]
STAFF = frozenset({SECRETARY, APPROVER, AUDITOR})
