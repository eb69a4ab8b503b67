"""Who may do what in which state, and who sees what: to be read, and checked as it is read.

    +  yes
    !  theirs, and a rule stands in the way now
    -  theirs, and it does not start from this state
    .  not theirs, whatever the moment

Whoever is not named stands in the line of the others.
"""

from tests.permission_grids.decisions import DECISIONS as DECISIONS
from tests.permission_grids.decisions import MOVES as MOVES
from tests.permission_grids.decisions import PROJECTS as PROJECTS
from tests.permission_grids.decisions import PROMOTIONS as PROMOTIONS
from tests.permission_grids.decisions import REACCOMMODATIONS as REACCOMMODATIONS

LOIS = """
draft               sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  +        -               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        -               -    -        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  -            .                .        -      .     .               .       .
approvers           .        .               .    .        -                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            -                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      !     -               -       -
others              .        .               .    .        .                  .            .                .        .      .     .               .       .

awaiting_signature  sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  -        +               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        +               +    -        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  -            .                .        -      .     .               .       .
approvers           .        .               .    .        -                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            -                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      !     -               -       -
others              .        .               .    .        .                  .            .                .        .      .     .               .       .

filed               sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  -        -               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        -               -    +        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  -            .                .        -      .     .               .       .
approvers           .        .               .    .        -                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            -                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      -     !               -       -
others              .        .               .    .        .                  .            .                .        .      .     .               .       .

screening           sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  -        -               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        -               -    +        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  !            .                .        -      .     .               .       .
approvers           .        .               .    .        !                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            -                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      -     -               -       !
others              .        .               .    .        .                  .            .                .        .      .     .               .       .

under_review        sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  -        -               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        -               -    +        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  -            .                .        -      .     .               .       .
approvers           .        .               .    .        -                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            +                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      -     -               -       -
others              .        .               .    .        .                  .            .                .        .      .     .               .       .

final_review        sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  -        -               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        -               -    +        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  -            .                .        !      .     .               .       .
approvers           .        .               .    .        -                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            -                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      -     -               -       -
others              .        .               .    .        .                  .            .                .        .      .     .               .       .

selected            sign_off return_to_draft file withdraw declare_ineligible begin_review conclude_reviews conclude select lapse begin_screening readmit resume
pi                  -        -               .    .        .                  .            .                .        .      .     .               .       .
aor                 .        -               -    -        .                  .            .                .        .      .     .               .       .
secretaries         .        .               .    .        .                  -            .                .        -      .     .               .       .
approvers           .        .               .    .        -                  .            .                .        .      .     .               .       .
chair               .        .               .    .        .                  .            -                -        .      .     .               .       .
clock               .        .               .    .        .                  .            .                .        .      -     -               -       -
others              .        .               .    .        .                  .            .                .        .      .     .               .       .
"""

# The working copy of a filed letter: none, drafted, signed off.
COPIES = """
none         revise sign_off_copy return_copy refile discard_copy lapse_copy
pi           +      !             !           .      !            .
owner        +      .             .           .      .            .
editor       +      .             .           .      .            .
aor          .      .             !           !      !            .
clock        .      .             .           .      .            !
others       .      .             .           .      .            .

draft        revise sign_off_copy return_copy refile discard_copy lapse_copy
pi           !      +             !           .      +            .
owner        !      .             .           .      .            .
editor       !      .             .           .      .            .
aor          .      .             !           !      +            .
clock        .      .             .           .      .            !
others       .      .             .           .      .            .

signed_off   revise sign_off_copy return_copy refile discard_copy lapse_copy
pi           !      !             +           .      +            .
owner        !      .             .           .      .            .
editor       !      .             .           .      .            .
aor          .      .             +           +      +            .
clock        .      .             .           .      .            !
others       .      .             .           .      .            .
"""

# A partner's share: the rival institute is the partner.
SHARES = """
asked          countersign decline take_back lapse
pi             .           .       +         .
aor            .           .       +         .
rival_aor      +           +       .         .
clock          .           .       .         !
others         .           .       .         .

countersigned  countersign decline take_back lapse
pi             .           .       -         .
aor            .           .       -         .
rival_aor      -           -       .         .
clock          .           .       .         -
others         .           .       .         .
"""

CALLS = """
draft               propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         +       -         .       .     .                 .                .                 -            -       .
approvers           .       -         -       .     .                 -                -                 -            .       -
chair               .       .         .       .     -                 -                .                 .            .       .
clock               .       .         .       -     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .

proposed            propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         -       +         .       .     .                 .                .                 -            -       .
approvers           .       +         +       .     .                 -                -                 -            .       -
chair               .       .         .       .     -                 -                .                 .            .       .
clock               .       .         .       -     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .

published           propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         -       -         .       .     .                 .                .                 -            -       .
approvers           .       -         -       .     .                 -                -                 -            .       -
chair               .       .         .       .     -                 -                .                 .            .       .
clock               .       .         .       +     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .

closed              propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         -       -         .       .     .                 .                .                 -            -       .
approvers           .       -         -       .     .                 -                -                 -            .       !
chair               .       .         .       .     +                 -                .                 .            .       .
clock               .       .         .       -     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .

decisions_proposed  propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         -       -         .       .     .                 .                .                 -            -       .
approvers           .       -         -       .     .                 +                +                 -            .       -
chair               .       .         .       .     -                 +                .                 .            .       .
clock               .       .         .       -     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .

decisions_approved  propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         -       -         .       .     .                 .                .                 +            +       .
approvers           .       -         -       .     .                 +                -                 +            .       -
chair               .       .         .       .     -                 +                .                 .            .       .
clock               .       .         .       -     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .

released            propose send_back publish close propose_decisions reopen_decisions approve_decisions move_release release reopen
secretaries         -       -         .       .     .                 .                .                 -            -       .
approvers           .       -         -       .     .                 -                -                 -            .       -
chair               .       .         .       .     -                 -                .                 .            .       .
clock               .       .         .       -     .                 .                .                 .            .       .
others              .       .         .       .     .                 .                .                 .            .       .
"""

ORGANISATIONS = """
registered          verify send_back register_again
owner               .      .         +
secretaries         +      +         .
others              .      .         .

sent_back           verify send_back register_again
owner               .      .         +
secretaries         -      -         .
others              .      .         .

verified            verify send_back register_again
owner               .      .         -
secretaries         -      +         .
others              .      .         .
"""

# Sent to the outsider's address, which they have confirmed.
INVITATIONS = """
sent                resend take_back accept decline expire
owner               +      +         .      .       .
outsider            .      .         +      +       .
clock               .      .         .      .       !
others              .      .         .      .       .

expired             resend take_back accept decline expire
owner               +      -         .      .       .
outsider            .      .         -      -       .
clock               .      .         .      .       -
others              .      .         .      .       .

accepted            resend take_back accept decline expire
owner               -      -         .      .       .
outsider            .      .         -      -       .
clock               .      .         .      .       -
others              .      .         .      .       .
"""

# Who is named answers under the naming's own key: nobody of the cast can do it for them.
NAMINGS = """
asked               confirm reject withdraw
pi                  .       .      +
editor              .       .      +
owner               .       .      +
named               +       +      .
others              .       .      .

confirmed           confirm reject withdraw
pi                  .       .      +
editor              .       .      +
owner               .       .      +
named               -       +      .
others              .       .      .

rejected            confirm reject withdraw
pi                  .       .      +
editor              .       .      +
owner               .       .      +
named               +       -      .
others              .       .      .
"""

# The case with its receipt, and the decision with its letter.
SEEN = """
draft               case receipt decision letter
applicants          +    .       .        .
others              .    .       .        .

filed               case receipt decision letter
applicants          +    +       .        .
secretaries         +    +       .        .
approvers           +    +       .        .
auditor             +    +       .        .
others              .    .       .        .

under_review        case receipt decision letter
applicants          +    +       .        .
secretaries         +    +       .        .
approvers           +    +       .        .
auditor             +    +       .        .
chair               +    +       .        .
reviewers           +    .       .        .
others              .    .       .        .

stored              case receipt decision letter
applicants          +    +       .        .
secretaries         +    +       +        +
approvers           +    +       +        +
auditor             +    +       +        +
chair               +    +       +        +
reviewers           +    .       .        .
others              .    .       .        .

released            case receipt decision letter
applicants          +    +       +        +
secretaries         +    +       +        +
approvers           +    +       +        +
auditor             +    +       +        +
chair               +    +       +        +
legal               +    +       +        +
others              .    .       .        .
"""

PLACES = """
invited             remind withdraw accept decline describe leave
secretaries         +      +        .      .       .        -
outsider            .      .        +      +       -        -
others              .      .        .      .       .        .

accepted            remind withdraw accept decline describe leave
secretaries         -      -        .      .       .        +
outsider            .      .        -      -       +        +
others              .      .        .      .       .        .

left                remind withdraw accept decline describe leave
secretaries         -      -        .      .       .        -
outsider            .      .        -      -       -        -
others              .      .        .      .       .        .
"""

# A hard conflict that was found, then one that a reviewer declared as soft.
CONFLICTS = """
found         find declare confirm dismiss
secretaries   .    .       +       +
approvers     .    .       !       !
chair         .    .       +       +
conflicted    .    -       .       .
clock         +    .       .       .
others        .    .       .       .

dismissed     find declare confirm dismiss
secretaries   .    .       -       -
approvers     .    .       -       -
chair         .    .       -       -
conflicted    .    +       .       .
clock         +    .       .       .
others        .    .       .       .

declared      find declare confirm dismiss
secretaries   .    .       !       !
approvers     .    .       !       !
chair         .    .       +       +
reviewer_one  .    +       .       .
clock         -    .       .       .
others        .    .       .       .

confirmed     find declare confirm dismiss
secretaries   .    .       -       -
approvers     .    .       -       -
chair         .    .       -       -
reviewer_one  .    -       .       .
clock         -    .       .       .
others        .    .       .       .
"""

# A meeting of the panel.
MEETINGS = """
planned       begin close
secretaries   +     +
chair         +     +
others        .     .

open          begin close
secretaries   -     +
chair         -     +
others        .     .

closed        begin close
secretaries   -     -
chair         -     -
others        .     .
"""

# A scenario of the selection, asked of the proposer.
SCENARIOS = """
waiting       begin finish cancel apply
chair         .     .      +      -
clock         +     -      .      .
others        .     .      .      .

running       begin finish cancel apply
chair         .     .      +      -
clock         -     +      .      .
others        .     .      .      .

done          begin finish cancel apply
chair         .     .      -      +
clock         -     -      .      .
others        .     .      .      .

cancelled     begin finish cancel apply
chair         .     .      -      -
clock         -     -      .      .
others        .     .      .      .
"""
