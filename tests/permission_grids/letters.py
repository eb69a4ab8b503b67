# A letter of a decision. What its acts cause moves it, never a hand: no row has a button of its own.
LETTERS = """
owed         store issue supersede revoke redate void
aor          .     .     -         .      .      +
secretaries  .     -     -         .      +      +
approvers    .     .     .         -      +      +
chair        .     .     .         .      .      +
legal        .     .     -         .      .      +
clock        +     -     -         .      .      +
others       .     .     .         .      .      .

stored       store issue supersede revoke redate void
aor          .     .     -         .      .      +
secretaries  .     +     -         .      +      +
approvers    .     .     .         -      +      +
chair        .     .     .         .      .      +
legal        .     .     -         .      .      +
clock        -     +     -         .      .      +
others       .     .     .         .      .      .

issued       store issue supersede revoke redate void
aor          .     .     +         .      .      -
secretaries  .     -     +         .      -      -
approvers    .     .     .         +      -      -
chair        .     .     .         .      .      -
legal        .     .     +         .      .      -
clock        -     -     +         .      .      -
others       .     .     .         .      .      .

superseded   store issue supersede revoke redate void
aor          .     .     -         .      .      -
secretaries  .     -     -         .      -      -
approvers    .     .     .         -      -      -
chair        .     .     .         .      .      -
legal        .     .     -         .      .      -
clock        -     -     -         .      .      -
others       .     .     .         .      .      .

revoked      store issue supersede revoke redate void
aor          .     .     -         .      .      -
secretaries  .     -     -         .      -      -
approvers    .     .     .         -      -      -
chair        .     .     .         .      .      -
legal        .     .     -         .      .      -
clock        -     -     -         .      .      -
others       .     .     .         .      .      .
"""

# Its record, a correction with nothing mended, and a message sent again that still waits to be
# sent: whoever may is told so.
KEPT = """
stored       record correct
secretaries  +      !
approvers    +      .
auditor      +      .
chair        .      .
others       .      .

issued       record correct resend
secretaries  +      !       !
approvers    +      .       .
auditor      +      .       .
legal        +      !       .
others       .      .       .
"""

# A letter in force is corrected or revoked: proposed by the secretary here.
CORRECTIONS = """
proposed           approve take_back
secretaries        .       +
legal              .       +
approvers          +       +
others             .       .

approved           approve take_back
secretaries        .       -
legal              .       -
approvers          -       -
others             .       .

taken_back         approve take_back
secretaries        .       -
legal              .       -
approvers          -       -
others             .       .
"""
