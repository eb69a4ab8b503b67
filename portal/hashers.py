from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: what OWASP names as the least.

    Django's own (100 MiB, eight lanes) cost a quarter of a second of one core at
    every sign-in and every second key: on two cores eight filings a second, all
    else aside, and 100 MiB for each of those who come at once. These cost an
    eighth. A password hashed otherwise is hashed again when it is next typed.

    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
