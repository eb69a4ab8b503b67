# A decision is voided by preparing another one, or by the AOR's withdrawal. Those with `one`
# are of a case that is decided after the release of the others, here of one that is not yet.
DECISIONS = """
prepared            approve release unapprove void approve_one date_anew release_one take_back supersede
secretaries         .       -       .         .    .           -         -           .         -
approvers           +       .       -         +    !           -         .           !         .
chair               .       .       -         +    .           .         .           !         .
aor                 .       .       .         +    .           .         .           .         .
legal               .       .       .         .    .           .         .           .         -
clock               .       .       .         +    .           .         .           .         .
others              .       .       .         .    .           .         .           .         .

approved            approve release unapprove void approve_one date_anew release_one take_back supersede
secretaries         .       +       .         .    .           !         !           .         -
approvers           -       .       +         +    -           !         .           !         .
chair               .       .       +         +    .           .         .           !         .
aor                 .       .       .         +    .           .         .           .         .
legal               .       .       .         .    .           .         .           .         -
clock               .       .       .         +    .           .         .           .         .
others              .       .       .         .    .           .         .           .         .

released            approve release unapprove void approve_one date_anew release_one take_back supersede
secretaries         .       -       .         .    .           -         -           .         +
approvers           -       .       -         -    -           -         .           -         .
chair               .       .       -         -    .           .         .           -         .
aor                 .       .       .         -    .           .         .           .         .
legal               .       .       .         .    .           .         .           .         +
clock               .       .       .         -    .           .         .           .         .
others              .       .       .         .    .           .         .           .         .
"""

# The same of a case that is promoted from the reserve list after the release.
PROMOTIONS = """
prepared            approve_one date_anew release_one take_back
secretaries         .           -         -           .
approvers           +           -         .           +
chair               .           .         .           +
others              .           .         .           .

approved            approve_one date_anew release_one take_back
secretaries         .           +         +           .
approvers           -           +         .           +
chair               .           .         .           +
others              .           .         .           .

released            approve_one date_anew release_one take_back
secretaries         .           -         -           .
approvers           -           -         .           -
chair               .           .         .           -
others              .           .         .           .
"""

# Of a case in these states: who prepares that another mission carries it.
REACCOMMODATIONS = """
selected            reaccommodate
chair               +
others              .

reserve             reaccommodate
chair               !
others              .
"""

# And the case itself, which the release of that decision moves.
MOVES = """
selected            reaccommodate reaccommodate_conditionally
secretaries         !             !
others              .             .

reserve             reaccommodate reaccommodate_conditionally
secretaries         -             -
others              .             .
"""

# Cases merged into one: its decisions are approved and released with the others; from then on its
# lead's representative accepts it, and legal has the agreement signed. The rival is a partner, and reads.
PROJECTS = """
prepared           approve unapprove release dissolve fall_apart accept decline let_lapse propose_extension grant_extension record_signing terminate cancel
aor                .       .         .       .        .          -      -       .         .                 .               .              .         .
secretaries        .       .         -       .        .          .      .       .         -                 .               .              .         .
approvers          +       -         .       .        .          .      .       .         .                 -               .              .         -
chair              .       -         .       +        .          .      .       .         .                 .               .              .         .
legal              .       .         .       .        .          .      .       .         .                 .               -              -         .
clock              .       .         .       .        +          .      .       -         .                 .               .              .         .
others             .       .         .       .        .          .      .       .         .                 .               .              .         .

approved           approve unapprove release dissolve fall_apart accept decline let_lapse propose_extension grant_extension record_signing terminate cancel
aor                .       .         .       .        .          -      -       .         .                 .               .              .         .
secretaries        .       .         +       .        .          .      .       .         -                 .               .              .         .
approvers          -       +         .       .        .          .      .       .         .                 -               .              .         -
chair              .       +         .       -        .          .      .       .         .                 .               .              .         .
legal              .       .         .       .        .          .      .       .         .                 .               -              -         .
clock              .       .         .       .        +          .      .       -         .                 .               .              .         .
others             .       .         .       .        .          .      .       .         .                 .               .              .         .

released           approve unapprove release dissolve fall_apart accept decline let_lapse propose_extension grant_extension record_signing terminate cancel
aor                .       .         .       .        .          +      +       .         .                 .               .              .         .
secretaries        .       .         -       .        .          .      .       .         +                 .               .              .         .
approvers          -       -         .       .        .          .      .       .         .                 !               .              .         !
chair              .       -         .       -        .          .      .       .         .                 .               .              .         .
legal              .       .         .       .        .          .      .       .         .                 .               -              -         .
clock              .       .         .       .        -          .      .       !         .                 .               .              .         .
others             .       .         .       .        .          .      .       .         .                 .               .              .         .

agreement_pending  approve unapprove release dissolve fall_apart accept decline let_lapse propose_extension grant_extension record_signing terminate cancel
aor                .       .         .       .        .          -      +       .         .                 .               .              .         .
secretaries        .       .         -       .        .          .      .       .         -                 .               .              .         .
approvers          -       -         .       .        .          .      .       .         .                 -               .              .         !
chair              .       -         .       -        .          .      .       .         .                 .               .              .         .
legal              .       .         .       .        .          .      .       .         .                 .               +              +         .
clock              .       .         .       .        -          .      .       -         .                 .               .              .         .
others             .       .         .       .        .          .      .       .         .                 .               .              .         .

agreement_signed   approve unapprove release dissolve fall_apart accept decline let_lapse propose_extension grant_extension record_signing terminate cancel
aor                .       .         .       .        .          -      -       .         .                 .               .              .         .
secretaries        .       .         -       .        .          .      .       .         -                 .               .              .         .
approvers          -       -         .       .        .          .      .       .         .                 -               .              .         !
chair              .       -         .       -        .          .      .       .         .                 .               .              .         .
legal              .       .         .       .        .          .      .       .         .                 .               -              +         .
clock              .       .         .       .        -          .      .       -         .                 .               .              .         .
others             .       .         .       .        .          .      .       .         .                 .               .              .         .
"""
