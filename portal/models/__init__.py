from portal.models.events import Event, EventHead
from portal.models.files import Scan, StoredFile
from portal.models.kept import KeptForm
from portal.models.keys import SigningKey
from portal.models.messages import Leased, Message
from portal.models.organisations import Affiliation, Invitation, Membership, Organisation
from portal.models.people import RoleGrant, User

__all__ = [
    "Affiliation",
    "Event",
    "EventHead",
    "Invitation",
    "KeptForm",
    "Leased",
    "Membership",
    "Message",
    "Organisation",
    "RoleGrant",
    "Scan",
    "SigningKey",
    "StoredFile",
    "User",
]
