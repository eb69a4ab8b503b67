from proposals.models import Call, LetterOfIntent


def call(of: Call) -> Call:
    return Call.objects.select_for_update().get(pk=of.pk)


def case(of: LetterOfIntent) -> LetterOfIntent:
    """The case with its call, both locked in that order."""
    locked = call(of.call)
    loi = (
        LetterOfIntent.objects.select_for_update(of=("self",))
        .select_related("organisation", "ticket", "filing")
        .get(pk=of.pk)
    )
    loi.call = locked
    return loi
