"""What a browser asks and posts on the pages of a letter."""

from django.urls import reverse


def posted(loi, section="resources", **changes):
    """What a browser would post for a section as it stands, changed as given."""
    fields = {"version": loi.version}
    for name, value in loi.content.get(section, {}).items():
        if value and isinstance(value[0], dict):
            fields[f"{name}-rows"] = len(value)
            for place, row in enumerate(value):
                fields |= {f"{name}-{place}-{key}": typed for key, typed in row.items()}
        else:
            fields[name] = value
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def step(loi, section="resources"):
    return reverse("edit_loi", kwargs={"key": loi.key, "section": section})


def at(name, loi):
    return reverse(name, kwargs={"key": loi.key})
