from dataclasses import dataclass

from portal.text import Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with its reason; true exactly when it is a yes.

    `rule` names the rule for logs, tests and the API; `reason` is the sentence
    the person reads; `field` the form's field, where one is at fault; `who` is
    true when the refusal is about the person and not about the moment.
    """

    ok: bool
    rule: str = ""
    reason: Text | str = ""
    field: str = ""
    who: bool = False

    def __bool__(self) -> bool:
        return self.ok


YES = Verdict(True)


def no(rule: str, reason: Text | str, *, field: str = "", who: bool = False) -> Verdict:
    return Verdict(False, rule, reason, field, who)


class Refused(Exception):
    """A service's answer when the table, a guard or a rule says no."""

    def __init__(self, verdict: Verdict):
        super().__init__(str(verdict.reason))
        self.verdict = verdict


def require(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
