"""Who may do what after a release, in the marks of `tests.permission_grids`."""

# After the release: of a selection from the offer to its end, and of the review of a decision.
AFTER = """
selected           accept decline let_lapse propose_extension grant_extension record_signing terminate request_review uphold reopen screen_again
aor                +      +       .         .                 .               .              .         -              .      .      .
secretaries        .      .       .         +                 .               .              .         .              .      .      .
approvers          .      .       .         .                 !               .              .         .              .      .      .
legal              .      .       .         .                 .               -              -         .              -      -      -
clock              .      .       !         .                 .               .              .         .              .      .      .
others             .      .       .         .                 .               .              .         .              .      .      .

agreement_pending  accept decline let_lapse propose_extension grant_extension record_signing terminate request_review uphold reopen screen_again
aor                -      +       .         .                 .               .              .         -              .      .      .
secretaries        .      .       .         -                 .               .              .         .              .      .      .
approvers          .      .       .         .                 -               .              .         .              .      .      .
legal              .      .       .         .                 .               +              +         .              -      -      -
clock              .      .       -         .                 .               .              .         .              .      .      .
others             .      .       .         .                 .               .              .         .              .      .      .

agreement_signed   accept decline let_lapse propose_extension grant_extension record_signing terminate request_review uphold reopen screen_again
aor                -      -       .         .                 .               .              .         -              .      .      .
secretaries        .      .       .         -                 .               .              .         .              .      .      .
approvers          .      .       .         .                 -               .              .         .              .      .      .
legal              .      .       .         .                 .               -              +         .              -      -      -
clock              .      .       -         .                 .               .              .         .              .      .      .
others             .      .       .         .                 .               .              .         .              .      .      .

not_selected       accept decline let_lapse propose_extension grant_extension record_signing terminate request_review uphold reopen screen_again
aor                -      -       .         .                 .               .              .         +              .      .      .
secretaries        .      .       .         -                 .               .              .         .              .      .      .
approvers          .      .       .         .                 -               .              .         .              .      .      .
legal              .      .       .         .                 .               -              -         .              -      -      -
clock              .      .       -         .                 .               .              .         .              .      .      .
others             .      .       .         .                 .               .              .         .              .      .      .

review_requested   accept decline let_lapse propose_extension grant_extension record_signing terminate request_review uphold reopen screen_again
aor                -      -       .         .                 .               .              .         -              .      .      .
secretaries        .      .       .         -                 .               .              .         .              .      .      .
approvers          .      .       .         .                 -               .              .         .              .      .      .
legal              .      .       .         .                 .               -              -         .              +      +      !
clock              .      .       -         .                 .               .              .         .              .      .      .
others             .      .       .         .                 .               .              .         .              .      .      .
"""

# A condition of a released decision; and once its case has ended.
CONDITIONS = """
open               answer send_back mark_met extend
pi                 +      .         .        .
aor                +      .         .        .
secretaries        .      -         +        .
approvers          .      .         .        +
others             .      .         .        .

answered           answer send_back mark_met extend
pi                 -      .         .        .
aor                -      .         .        .
secretaries        .      +         +        .
approvers          .      .         .        +
others             .      .         .        .

met                answer send_back mark_met extend
pi                 -      .         .        .
aor                -      .         .        .
secretaries        .      -         -        .
approvers          .      .         .        -
others             .      .         .        .
"""

# What befalls a call as a whole, once an amendment that another proposed is published.
FATES = """
published    suspend resume resume_evaluation resume_agreements cancel
approvers    +       -      -                 -                 +
others       .       .      .                 .                 .

suspended    suspend resume resume_evaluation resume_agreements cancel
approvers    -       +      !                 !                 +
others       .       .      .                 .                 .

cancelled    suspend resume resume_evaluation resume_agreements cancel
approvers    -       -      -                 -                 -
others       .       .      .                 .                 .
"""
