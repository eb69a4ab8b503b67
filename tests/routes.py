"""Every address of the portal, with the keys of a world filled in; and what is asked of one."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.models import Affiliation, Invitation, Message, Organisation, User
from proposals.models import (
    Agreement,
    Amendment,
    Attachment,
    Call,
    Condition,
    Correction,
    Decision,
    FiledFile,
    Letter,
    LetterOfIntent,
    Project,
    Question,
    Share,
)
from reviews.models import (
    Assignment,
    Comment,
    Conflict,
    Matching,
    Meeting,
    Pair,
    PanelMember,
    Scenario,
)
from tests.visitor import Visitor

# Another's business: accounts are the library's, and a monitor asks for the clocks.
FOREIGN = ("accounts/", "health/")


def patterns(of: URLResolver | None = None, before: str = "") -> Iterator[tuple[URLPattern, str]]:
    """(pattern, path as it is written) of every route that is ours."""
    for one in (of or get_resolver()).url_patterns:
        path = before + str(one.pattern)
        if path.startswith(FOREIGN):
            continue
        if isinstance(one, URLPattern):
            yield one, path
        else:
            yield from patterns(one, path)


def arguments(path: str) -> tuple[str, ...]:
    """The names of what an address has in it, in order."""
    return tuple(re.findall(r"<(?:\w+:)?(\w+)>", path))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with what differs between any two requests taken out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    queries: int


class Keys:
    """The opaque keys of a world under names that are the same in its twin.

    Keys are drawn anew each time; what is told apart is numbered, since rows are
    written in the same order in both.
    """

    def __init__(self) -> None:
        self.known = {
            one.key: f"⟨{model.__name__} {number if model in TOLD_APART else ''}⟩"
            for model in (*ROWS.values(), FiledFile, Attachment)
            for number, one in enumerate(model._default_manager.order_by("pk"), 1)
        }
        self.known |= {message.code: "⟨Message⟩" for message in Message.objects.all()}
        self.known |= {letter.code: "⟨Code⟩" for letter in Letter.objects.all()}
        self._any = re.compile("|".join(map(re.escape, self.known)))

    def plain(self, text: str) -> str:
        text = self._any.sub(lambda found: self.known[found[0]], text)
        for pattern in NONCES:
            text = pattern.sub(r"\1⟨nonce⟩", text)
        return text


NONCES = tuple(
    re.compile(pattern)
    for pattern in (
        r'(name="csrfmiddlewaretoken" value=")[^"]+',
        r'(X-CSRFToken":\s*")[^"]+',
        r"(nonce-)[\w+/=-]+",
        r'(nonce=")[^"]+',
        r"(csrftoken=)\w+",
        r"(sessionid=)\w+",
        r'(name="(?:kept|stamp)" value=")[^"]+',
        r'(Written</dt><dd class="tabular">)[^<]+',  # by the database's clock
        r"()\b[0-9a-f]{64}\b",  # digests are over keys as well
        r"()\b[0-9a-f]{12}(?=…|</code>)",
        r"()\b[\w+/]{86}==",  # and signatures over digests
    )
)
# Told of the cookie itself elsewhere; the length of the body is its own.
UNTOLD = {"set-cookie", "content-length", "expires"}


def ask(browser: Visitor, address: str, keys: Keys, *, method: str = "get", **data) -> Answer:
    asked = []
    part = {"HX-Request": "true"} if "part=" in address else {}
    with connection.execute_wrapper(lambda run, *what: asked.append(1) or run(*what)):
        response = getattr(browser, method)(address, data, headers=part)
        raw = response.getvalue() if response.streaming else response.content
    text = _text(raw, response.headers.get("Content-Type", ""))
    return Answer(
        response.status_code,
        tuple(
            sorted(
                (name.lower(), keys.plain(value))
                for name, value in response.headers.items()
                if name.lower() not in UNTOLD
            )
        ),
        keys.plain(text),
        len(asked),
    )


def _text(raw: bytes, kind: str) -> str:
    """What is in an answer; of a bundle, what is in each of its files."""
    if kind.startswith("application/zip"):
        bundle = ZipFile(BytesIO(raw))
        return "\n".join(
            f"{name}: {bundle.read(name).decode('latin-1')}" for name in bundle.namelist()
        )
    return raw.decode() if kind.startswith(("text/", "application/json")) else raw.decode("latin-1")


# What an address begins with → the rows that its key opens.
ROWS = {
    "agreements": Agreement,
    "amendments": Amendment,
    "comments": Comment,
    "decisions": Decision,
    "conditions": Condition,
    "conflicts": Conflict,
    "invitations": Invitation,
    "corrections": Correction,
    "letters": Letter,
    "lois": LetterOfIntent,
    "matchings": Matching,
    "meetings": Meeting,
    "organisations": Organisation,
    "pairs": Pair,
    "projects": Project,
    "panel": PanelMember,
    "people": User,
    "profile": Affiliation,
    "questions": Question,
    "reviews": Assignment,
    "scenarios": Scenario,
    "shares": Share,
}
# Arguments that are no key of a row, each with a value that leads somewhere.
PLAIN = {
    "section": "team",
    "slug": "lander-one",
    "kind": "terms",
    "number": 1,
    "old": 1,
    "new": 2,
    "token": "no-such-token",
    "key_id": "no-such-key",
}


TOLD_APART = (Assignment, LetterOfIntent, Organisation, User)
NOBODYS = "a-key-that-opens-nothing"

# Name of a route → what its lists are asked for: `{case}` is the key of the first case.
# Whoever adds a parameter to a list says here what would find something hidden by it.
ASKED = {
    "calls": ("page=2",),
    "cases": (
        "state=under_review", "state=consensus", "state=final_review", "state=ineligible", "page=9",
    ),
    "compare": ("first={case}&second={case}",),
    "conditions": ("page=2",),
    "conflicts": ("show=all",),
    "decisions": ("part=letters",),
    "difference": ("old=1&new=2", "old=1&new=9"),
    "events": ("page=2",),
    "headroom": ("version=1",),
    "ledger": ("of=lander-mass",),
    "loi": ("part=receipt", "show=copy"),
    "messages": ("page=2",),
    "organisation": ("invite=somebody@example.org",),
    "organisations": ("state=verified", "all", "page=2"),
    "people": ("page=2",),
    "prepare_decision": ("part=bars&outcome=selected&granted_mass=5",),
    "propose_selection": ("from=no-such-scenario",),
    "reaccommodate_decision": ("onto=TEST27/lander", "onto=TEST27/lander&part=bars"),
    "register_organisation": ("next=/calls/",),
    "revisions": ("page=2",),
    "scenario": ("against=no-such-scenario",),
    "selection": ("sort=total", "level=system", "first={case}"),
    "verify": ("code=TEST27-0001", "code={letter}"),
}  # fmt: skip


def addresses(
    reader: User | None, among: Container[str] | None = None, *, lacking: bool = False
) -> Iterator[tuple[str, str]]:
    """(name, address) of every route, or of those `among`: for each case and review, and one
    row of all else; then with what its list is asked for.

    Messages are the reader's own, and one of another's. `lacking` asks for a case
    that is not there as well.
    """
    for name, address in _plain(reader, among, lacking):
        yield name, address
        if name in ASKED:
            told = {
                "case": LetterOfIntent.objects.order_by("pk").values_list("key", flat=True)[0],
                "letter": Letter.objects.order_by("pk").values_list("number", flat=True).first(),
            }
            yield from ((name, f"{address}?{one.format(**told)}") for one in ASKED[name])


def _plain(
    reader: User | None, among: Container[str] | None, lacking: bool
) -> Iterator[tuple[str, str]]:
    files = list(FiledFile.objects.order_by("pk").values_list("filing__loi__key", "key"))
    for pattern, path in patterns():
        name = pattern.name
        if among is not None and name not in among:
            continue
        names = arguments(path)
        for given in _given(path, names, reader, lacking):
            if "file_key" in names:
                mine = [file for loi, file in files if loi == given["key"]]
                mine += [NOBODYS] * (given["key"] == NOBODYS)
                for file in mine:
                    yield name, reverse(name, kwargs={**given, "file_key": file})
            else:
                yield name, reverse(name, kwargs=given)


def _given(
    path: str, names: tuple[str, ...], reader: User | None, lacking: bool
) -> Iterator[dict[str, object]]:
    begins = path.partition("/")[0]
    fixed = {name: PLAIN[name] for name in names if name in PLAIN}
    if begins == "messages" and names:
        others = Message.objects.exclude(recipient=reader).order_by("pk")[:1]
        mine = Message.objects.filter(recipient=reader).order_by("pk")
        yield from ({"code": one.code} for one in (*mine, *others))
    elif "code" in names:
        codes = Call.objects.order_by("pk").values_list("code", flat=True)
        yield {"code": codes[0] if begins == "calls" else "no-such-code", **fixed}
    elif "key" in names:
        model = ROWS[begins]
        keys = model._default_manager.order_by("pk").values_list("key", flat=True)
        several = model in {LetterOfIntent, Assignment}
        if lacking and model is LetterOfIntent:
            keys = [*keys, NOBODYS]
        if "case" in names:
            fixed["case"] = LetterOfIntent.objects.order_by("pk").values_list("key", flat=True)[0]
        asked = keys if several else [*keys[:1]] or [NOBODYS]  # its twin may have one
        yield from ({"key": key, **fixed} for key in asked)
    else:
        yield fixed
