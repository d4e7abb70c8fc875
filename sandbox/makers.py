"""Make Dutch numbers that pass their checks and belong to nobody, each only once."""

import random
from collections.abc import Callable

from sandbox.common.numbers import eleven_proof, mod97

#: No bank has these codes, so no account made here exists.
_BANKS = ("SAND", "DEMO", "TEST")
_FORBIDDEN_POSTCODES = {"SA", "SD", "SS"}
_LETTERS = "ABCDEFGHJKLMNPRSTVWXZ"


class Makers:
    """Draw numbers from one seeded source."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self._used: set[str] = set()

    def _once(self, draw: Callable[[], str]) -> str:
        """Draw until something new comes up."""
        while (value := draw()) in self._used:
            pass
        self._used.add(value)
        return value

    def _eleven(self, first: str) -> str:
        """Make nine digits that pass the 11-test and begin as given."""
        while True:
            body = first + "".join(self.dice.choices("0123456789", k=8 - len(first)))
            for last in "0123456789":
                if eleven_proof(body + last):
                    return body + last

    def bsn(self) -> str:
        """Make a BSN in the range that is not given out (it begins with 99)."""
        return self._once(lambda: self._eleven("99"))

    def rsin(self) -> str:
        """Make an RSIN."""
        return self._once(lambda: self._eleven("8"))

    def kvk(self) -> str:
        """Make a Chamber of Commerce number."""
        return self._once(lambda: str(self.dice.randrange(10_000_000, 99_999_999)))

    def sole_trader_vat(self) -> str:
        """Make the VAT number of a sole trader: the two last digits make the whole 1 by 97."""

        def draw() -> str:
            base = f"{self.dice.randrange(1, 999_999_999):09}"
            while eleven_proof(base):
                base = f"{self.dice.randrange(1, 999_999_999):09}"
            check = (1 - mod97(f"NL{base}B00")) % 97 or 97
            return f"NL{base}B{check:02}"

        return self._once(draw)

    def iban(self) -> str:
        """Make an account number at a bank that does not exist."""

        def draw() -> str:
            account = self.dice.choice(_BANKS) + f"{self.dice.randrange(10**10):010}"
            return f"NL{98 - mod97(account + 'NL00'):02}{account}"

        return self._once(draw)

    def postcode(self) -> str:
        """Make a postcode."""
        letters = "SS"
        while letters in _FORBIDDEN_POSTCODES:
            letters = "".join(self.dice.choices(_LETTERS, k=2))
        return f"{self.dice.randrange(1000, 10000)} {letters}"

    def phone(self) -> str:
        """Make a telephone number that is not in use (555)."""
        return f"0{self.dice.choice((20, 10, 30, 70, 50))}555{self.dice.randrange(10000):04}"

    def key(self, kind: str) -> str:
        """Make a Simplicate id."""
        return f"{kind}:{self.dice.getrandbits(128):032x}"
