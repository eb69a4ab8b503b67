"""Every kind of letter, made by the acts that owe it and rendered once for all tests here."""

import io
import json
import re
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from portal import sealing
from portal.events import CLOCK
from proposals import letters as words
from proposals.models import Letter
from proposals.services import filings, letters, locks, rendering
from tests import make
from tests.make import APPROVED, DURING
from tests.make.story import again
from tests.servers import lacking

KEPT = Path(__file__).parent / "kept"
Kind = Letter.Kind
LATIN, CHINESE, ARABIC, CYRILLIC = (
    "Zoë Müller-Łukasz",
    "國際月球學會",
    "معهد القمر",
    "Лунный институт",
)
OUTCOMES = ("selected_conditional", "reserve", "not_selected")
SUBJECTS = {
    "receipt": ("Receipt of a letter of intent", "意向书递交回执"),
    "withdrawn": ("Your letter of intent is withdrawn", "贵方意向书撤回确认"),
    "clarification": ("A question on your letter of intent", "关于贵方意向书的询问"),
    "ineligible": ("Your letter of intent is not eligible", "贵方意向书不符合征集条件"),
    "selected_conditional": ("on the conditions below", "有条件入选"),
    "reserve": ("placed on the reserve list", "候补名单"),
    "not_selected": ("is not selected", "未入选"),
    "merged": ("DEMO26-P-03", "合并为"),
    "suspended": ("The call is suspended", "征集暂停通知"),
    "cancelled": ("The call is cancelled", "征集取消通知"),
    "agreement_reminder": ("A step towards the agreement is due", "协议事项到期提醒"),
}


def owed(cast, loi, kind, *, by, **facts) -> Letter:
    with transaction.atomic():
        return letters.owe(locks.case(loi), kind, by=by, now=APPROVED, **facts)


@pytest.fixture(scope="module")
def found(stage, tmp_path_factory) -> dict[str, SimpleNamespace]:
    """Name → letter, its words and its sealed PDF; the files stay in pytest's folder, to look at."""
    stage.institute.local_name = f"{CHINESE} · {ARABIC} · {CYRILLIC}"
    stage.institute.save()
    stage.pi.name = LATIN
    stage.pi.save()
    call = make.approved_call(stage, outcomes=OUTCOMES)
    case = again(call.lois.first())
    other = make.call(stage, code="OTHER27")
    withdrawn = make.filed(stage, other, title="A payload withdrawn")
    filings.withdraw(withdrawn, by=stage.aor, now=DURING, reason=f"The sensor failed; {ARABIC}.")
    asked = make.filed(stage, other, title="A payload asked about")
    large = make.filed(stage, other, title="A payload too large")
    make.close(other)
    make.asked(stage, again(asked))
    make.ineligible(stage, again(large))
    made = {letter.kind: letter for letter in Letter.objects.exclude(kind="decision")}
    made |= {letter.context["outcome"]: letter for letter in Letter.objects.filter(kind="decision")}
    for kind, by, facts in (
        (Kind.SUSPENDED, stage.approver, {"reason": "The launcher is under inquiry.", "source": "Host agency, note 7", "until": date(2027, 12, 1)}),
        (Kind.CANCELLED, stage.approver, {"reason": "The mission was given up.", "returned": {"mass": Decimal("10.5"), "slots": Decimal(1)}}),
        (Kind.AGREEMENT_REMINDER, CLOCK, {"due_at": APPROVED + timedelta(days=10)}),
    ):  # fmt: skip
        made[kind] = owed(stage, case, kind, by=by, **facts)
    merged = make.again(made["reserve"])
    merged.context |= {
        "outcome": "merged",
        "project": {"reference": "DEMO26-P-03", "title": "Particles together", "lead": "Institute A", "partners": ["Institute B"]},
    }  # fmt: skip
    made["merged"] = merged
    folder = tmp_path_factory.mktemp("letters")
    kept = {}
    for name, letter in made.items():
        content = sealing.sealed(rendering.render(letter))
        (folder / f"{name}.pdf").write_bytes(content)
        kept[name] = SimpleNamespace(letter=letter, pdf=content, path=folder / f"{name}.pdf")
    return kept


@pytest.fixture(autouse=True)
def cast(stage, found, db):
    return stage


@pytest.fixture(scope="module")
def texts(found) -> dict[str, str]:
    if not shutil.which("pdftotext"):
        lacking("pdftotext", "poppler-utils")
    return {name: _text(one.path) for name, one in found.items()}


def _text(path: Path) -> str:
    """As a stranger takes it out: without the marks of direction, each line after the other."""
    out = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(re.sub("[\u202a-\u202e]", "", out.stdout).split())


def tight(text: str) -> str:
    """Chinese is broken over lines anywhere."""
    return "".join(text.split())


def test_every_kind_is_here(found):
    assert set(found) == set(SUBJECTS)
    assert {one.letter.kind for one in found.values()} == set(Kind)


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_letter_says_it_in_english_and_in_chinese_and_which_binds(texts, name):
    english, chinese = SUBJECTS[name]
    text = texts[name]
    assert english in text
    assert chinese in tight(text)
    assert "the English text binds" in text
    assert "以英文文本为准" in tight(text)


def test_names_in_four_scripts_come_back_as_text(texts):
    for text in (texts["receipt"], texts["selected_conditional"]):
        for name in (LATIN, CHINESE, ARABIC, CYRILLIC):
            assert name in text


@pytest.mark.parametrize(
    "name", ["selected_conditional", "ineligible", "clarification", "agreement_reminder"]
)
def test_what_must_be_in_a_letter_is_in_it(found, texts, name):
    letter, text = found[name].letter, texts[name]
    assert letter.number in text
    assert letter.code in text
    assert letter.loi.reference in text
    assert re.search(r"Page 1 of \d", text)
    assert "Verification code 验证码" in text


def test_a_decision_has_its_grades_findings_conditions_steps_and_redress(cast, texts):
    text = texts["selected_conditional"]
    for told in (
        "Scientific and exploration value", "较好", "It answers a stated aim of the call.",
        "File a containment report.", "30 September 2027", "2027年9月30日",
        "and it is signed by both sides.", "within 30 days, until 30 Jul 2027, 24:00",
        cast.approver.name, "Decision authority 决定机构",
    ):  # fmt: skip
        assert told in text, told
    for person in (*cast.reviewers, cast.chair):
        assert person.name not in text


def test_a_letter_is_tagged_has_its_language_and_embeds_every_font(found):
    for one in found.values():
        with pikepdf.open(io.BytesIO(one.pdf)) as document:
            root = document.Root
            assert root.MarkInfo.Marked
            assert str(root.Lang) == "en"
            assert one.letter.number in str(document.docinfo["/Title"])
            fonts = [font for page in document.pages for font in page.resources.Font.values()]
            for font in fonts:
                described = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile2" in described or "/FontFile3" in described


def plain(letter: dict, template: str) -> list[str]:
    return strip_tags(render_to_string(template, letter)).split()


@pytest.mark.parametrize("name", ["version-1-decision", "version-2-decision"])
def test_an_old_letter_is_made_again_in_the_same_words(name):
    """What was issued once: a context as it was frozen, and the words it was issued in."""
    context = json.loads((KEPT / f"{name}.json").read_text())
    letter = Letter(kind="decision", context=context)
    text = plain(context, words.template(letter))
    assert text == (KEPT / f"{name}.txt").read_text().split()
