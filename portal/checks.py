from django.core.checks import Error, Tags, Warning, register

from portal import triggers, workflow


@register
def tables_are_whole(app_configs, **kwargs) -> list[Error]:
    return [
        Error(fault, id="portal.E001")
        for table in workflow.TABLES.values()
        for fault in workflow.faults(table)
    ]


@register(Tags.database)
def append_only_tables_are_guarded(app_configs, databases=None, **kwargs) -> list[Warning]:
    """A warning, for an error would stop the very migrate that lays the triggers again."""
    if not databases:
        return []
    return [
        Warning(f"{table} has lost its append-only trigger; run migrate", id="portal.W002")
        for table in triggers.missing()
    ]
