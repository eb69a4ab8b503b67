"""Guards and table of a partner's share: asked, countersigned or declined by its own organisation."""

from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Share
from proposals.workflow import filing

TAKES_SHARES = ("draft", "awaiting_signature", "filed")


def letter_takes_shares(share: Share, act: Act) -> Verdict:
    """The request arrived while the call was open for the letter, as it must for filing."""
    if share.loi.state not in TAKES_SHARES:
        return no("share_letter", say("The letter takes no more countersignatures."))
    return filing.call_is_open(share.loi, act)


def words_are_of_the_letter(share: Share, act: Act) -> Verdict:
    """Its words are still those of the letter, in the text being written or in what is filed."""
    if any(said == share.words for content in queries.texts(share.loi) for said in content):
        return YES
    return no(
        "share_changed",
        say("The lead has changed this share since it asked you. It asks you anew."),
    )


def not_declined_before(share: Share, act: Act) -> Verdict:
    """The partner has not declined these very words."""
    if share.loi.shares.filter(digest=share.digest, state="declined").exists():
        return no(
            "share_declined",
            say(
                "%(name)s has declined these words: change its share before asking again.",
                name=share.words["name"],
            ),
        )
    return YES


def of_another_organisation(share: Share, act: Act) -> Verdict:
    """The partner is another organisation than the lead."""
    if share.organisation_id == share.loi.organisation_id:
        return no("share_own", say("The lead countersigns nothing of its own: it files."))
    return YES


def partner_is_verified(share: Share, act: Act) -> Verdict:
    """The secretariat has verified the partner's organisation."""
    return filing.verified(share.organisation)


def letter_is_closed(share: Share, act: Act) -> Verdict:
    """The call has closed for the letter, and its processing grace has passed."""
    return filing.call_is_over(share.loi, act)


# fmt: off
SHARE_ROWS = (
    Row("ask", "asked", (START,), "asked", ("pi",), (letter_takes_shares, of_another_organisation, words_are_of_the_letter, not_declined_before), "share_asked", say("Ask to countersign")),
    Row("countersign", "countersigned", ("asked",), "countersigned", ("partner_aor",), (letter_takes_shares, words_are_of_the_letter, partner_is_verified), "share_countersigned", say("Countersign")),
    Row("decline", "declined", ("asked",), "declined", ("partner_aor",), (letter_takes_shares,), "share_declined", say("Decline"), reason=True, tone="danger"),
    Row("take_back", "taken_back", ("asked",), "taken_back", ("pi", "aor"), tells="share_taken_back", button=say("Take back")),
    Row("lapse", "lapsed", ("asked",), "lapsed", (CLOCK,), (letter_is_closed,)),
)
# fmt: on

SHARE = register(
    Table(
        noun="share",
        title=say("Share of a partner"),
        relation=policy.relation_to_share,
        relations=policy.SHARE_RELATIONS,
        states=(
            State("asked", say("asked, not yet countersigned"), tone="amber"),
            State("countersigned", say("countersigned"), tone="jade", final=True),
            State("declined", say("declined"), tone="cinnabar", final=True),
            State("taken_back", say("taken back"), final=True),
            State("lapsed", say("not countersigned in time"), final=True),
        ),
        rows=SHARE_ROWS,
    )
)
