"""The adapters of the caps on interest and damages; the others stand in tests.vectors.adapters."""

from coopfin.calc import interest_cap, yen
from tests.vectors.adapters import adapter


@adapter("interest_cap")
def run_interest_cap(given):
    found = interest_cap.hold_against_cap(
        given["principal"],
        given.get("interest", 0),
        given.get("fees_counted", 0),
        given["days"],
        withheld=given.get("withheld", False),
    )
    return {
        "deemed_interest": found.deemed_interest,
        "annualised_pct": yen.decimal_text(found.annual_rate, 4),
        "cap_pct": yen.decimal_text(found.cap_rate, 4),
        "cap_amount": found.cap_amount,
        "within_art1": found.within_art1,
        "received": found.received,
        "art2_cap_amount": found.art2_cap_amount,
        "within_art2": found.within_art2,
        "deemed_principal_payment": found.excess_to_principal,
    }


@adapter("damages_cap")
def run_damages_cap(given):
    given["principal"]  # the cap of damages does not depend on it
    return {"within": interest_cap.damages_within(given.rate("damages_rate"))}
