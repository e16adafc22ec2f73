"""The adapters of the vectors: each puts a vector's words into a call of the product and the answer back into words.

They never compute; what they compare against a printed table is asked of the same functions, cell by cell.
"""

from datetime import date
from decimal import Decimal

from collateral import guarantee_deed, root_guarantee, valuation
from coopfin.calc import (
    corporate_number,
    days,
    interest,
    invoice_number,
    schedule,
    stamp_duty,
    words,
    yen,
)
from coopfin.segregation import may_check
from governance import voting
from loans import limits
from members import leaving

ADAPTERS = {}


def adapter(category):
    def register(function):
        ADAPTERS[category] = function
        return function

    return register


class Given(dict):
    """A vector's `given` that remembers which of its keys were read."""

    def __init__(self, values):
        super().__init__(values)
        self.read = set()

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self.read.add(key)
        return super().__contains__(key)

    def get(self, key, default=None):
        self.read.add(key)
        return super().get(key, default)

    def day(self, key):
        value = self.get(key)
        return date.fromisoformat(value) if value else None

    def rate(self, key):
        return Decimal(self.get(key, "0"))

    def days(self, key):
        return [date.fromisoformat(text) for text in self[key]]


# ---------------------------------------------------------------- money


@adapter("interest")
def run_interest(given):
    if "segments" in given:
        spans = [(date.fromisoformat(start), date.fromisoformat(end), count) for start, end, count in given["segments"]]
        counted = [days.count_days(start, end, count) for start, end, count in spans]
        return {
            "days": counted,
            "total_days": sum(counted),
            "calendar_days_inclusive": days.both_ends(spans[0][0], spans[-1][1]),
            "interest": [
                yen.interest(given["principal"], given.rate("rate"), number, given.get("basis", yen.BASIS))
                for number in counted
            ],
        }
    number = days.count_days(given.day("start"), given.day("end"), given.get("count", days.Count.ONE_END))
    basis = given.get("basis", yen.BASIS)
    return {"days": number, "interest": yen.interest(given["principal"], given.rate("rate"), number, basis)}


@adapter("bill_disbursement")
def run_bill_disbursement(given):
    result = interest.bill_disbursement(
        given["principal"],
        given.rate("rate"),
        given.rate("fee_rate"),
        given.day("start"),
        given.day("maturity"),
        given.get("count", days.Count.BOTH_ENDS),
        days=given.get("days"),
        basis=given.get("basis", yen.BASIS),
    )
    return {
        "days": result.days,
        "interest": result.interest,
        "fee": result.fee,
        "net_cash": result.net,
        "voucher": lambda: voucher_of_bill(result),
    }


def voucher_of_bill(result):
    from loans.postings import bill_disbursed

    slip = bill_disbursed(calculation=result, member=None, reference="")
    sides = {"debit": "Dr", "credit": "Cr"}
    return [
        {
            "side": sides[getattr(line.side, "value", line.side)],
            "account": str(line.account.label),
            "amount": line.amount,
        }
        for line in slip.lines
    ]


@adapter("schedule")
def run_schedule(given):
    principal = given["P"] if "P" in given else given["principal"]
    start = given.day("D0") or given.day("disbursed")
    dues = tuple(given.days("dues")) if "dues" in given else ()
    method = given.get("method", schedule.Method.EQUAL_PRINCIPAL)
    custom = tuple(given.get("custom") or ())
    number = given.get("n") or len(dues) or len(custom)
    if "principal_each" in given:
        method, custom = schedule.Method.CUSTOM, (given["principal_each"],) * number
    terms = schedule.ScheduleTerms(
        principal=principal,
        rate=given.rate("rate"),
        disbursed_on=start,
        instalments=number,
        first_due_on=given.day("first_due"),
        due_dates=dues,
        method=method,
        custom=custom,
        grace=given.get("grace", 0),
        interval=given.get("interval", 1),
        anchor=given.get("anchor"),
        unit=given.get("unit", 1),
        adjust=given.get("adjust", schedule.Adjust.LAST),
        basis=given.get("basis", schedule.Basis.DAILY_365),
        first_count=given.get("count", days.Count.ONE_END),
        roll=given.get("roll", days.Roll.NONE),
        interest_to=given.get("interest_to", schedule.InterestTo.NOMINAL),
        interest_timing=given.get("interest_timing", schedule.Timing.ARREARS),
    )
    result = schedule.build(terms)
    if terms.interest_timing == schedule.Timing.ADVANCE:
        rows = [
            {
                "date": row.due_on.isoformat(),
                "principal": row.principal,
                "interest": row.interest,
                "balance": row.balance,
            }
            for row in result
        ]
    else:
        rows = [
            {
                "no": row.no,
                "due": row.due_on.isoformat(),
                "pay": row.pay_on.isoformat(),
                "days": row.days,
                "principal": row.principal,
                "interest": row.interest,
                "payment": row.payment,
                "balance": row.balance,
            }
            for row in result
        ]
    return {
        "level_payment": result.level_payment,
        "total_interest": result.total_interest,
        "total_payment": result.total_payment,
        "rows": rows,
        "first_rows": Front(rows),
        "last_rows": Back(rows),
    }


class Front(list):
    """Rows of which a vector shows the first few."""

    def __eq__(self, other):
        return bool(other) and list(self[: len(other)]) == other

    __hash__ = None


class Back(list):
    """Rows of which a vector shows the last few."""

    def __eq__(self, other):
        return bool(other) and list(self[-len(other) :]) == other

    __hash__ = None


@adapter("schedule_published")
def run_schedule_published(given):
    if "columns" in given:
        return {"table": PublishedTable(given)}
    if "rates" in given:
        assert given.get("basis", "monthly") == "monthly"
        return {"table": LevelTable(given)}
    result = published_schedule(given, given["principal"], given["installments"], rate=given["rate"])
    return {
        "level_payment": result.level_payment,
        "last_payment": result.instalments[-1].payment,
        "total_payment": result.total_payment,
        "total_interest": result.total_interest,
        "sample_rows_no_payment_principal_interest_balance": Among(
            [row.no, row.payment, row.principal, row.interest, row.balance] for row in result
        ),
    }


class Among(list):
    """Rows of which a vector shows some."""

    def __eq__(self, other):
        return bool(other) and all(row in list(self) for row in other)

    __hash__ = None


def published_schedule(given, principal, number, *, rate, interval=1, first_months=None):
    start = date(2026, 4, 1)
    return schedule.build(
        schedule.ScheduleTerms(
            principal=principal,
            rate=Decimal(rate),
            disbursed_on=start,
            instalments=number,
            first_due_on=days.add_months(start, first_months or interval),
            interval=interval,
            method=schedule.Method.EQUAL_PAYMENT,
            basis=given.get("basis", schedule.Basis.MONTHLY),
            adjust=given.get("adjust", schedule.Adjust.LAST),
            payment_rounding=given.get("payment_rounding", yen.Rounding.FLOOR),
            interest_rounding=given.get("interest_rounding", yen.Rounding.FLOOR),
        )
    )


class LevelTable:
    """A printed table of level payments: years down, rates across. It is compared cell by cell in its own layout."""

    def __init__(self, given):
        self.principal = given["principal"]
        self.rates = given["rates"]
        self.rounding = given.get("payment_rounding", yen.Rounding.FLOOR)

    def __eq__(self, other):
        return bool(other) and other == {
            years: [
                schedule.level_payment(self.principal, Decimal(rate), int(years) * 12, rounding=self.rounding)
                for rate in self.rates
            ]
            for years in other
        }

    __hash__ = None


class PublishedTable:
    """The printed table of loans paid half monthly and half every six months with an odd first period."""

    def __init__(self, given):
        self.given, self.columns, self.rate = given, given["columns"], given["rate"]
        assert given["split"] == "half of the loan monthly, half semi-annually"
        for key in ("payment_rounding", "interest_rounding"):
            given.get(key)

    def __eq__(self, other):
        return bool(other) and all(self._row(row[0], row[1]) == row for row in other)

    __hash__ = None

    def _row(self, loan_10k, years):
        half = loan_10k * 10_000 // 2
        found = {"loan_10k": loan_10k, "years": years}
        monthly = published_schedule(self.given, half, years * 12, rate=self.rate)
        found["monthly"], found["monthly_last"] = monthly.level_payment, monthly.instalments[-1].payment
        for months in range(1, 7):
            semi = published_schedule(self.given, half, years * 2, rate=self.rate, interval=6, first_months=months)
            found[f"{months}m_semi"] = semi.level_payment
            found[f"{months}m_semi_last"] = semi.instalments[-1].payment
        return [found[column] for column in self.columns]


@adapter("apr")
def run_apr(given):
    rate = yen.simple_annual_rate(given["net"], given["repay"], given["days"])
    return {"simple_annual_pct": yen.decimal_text(rate, 4)}


@adapter("stamp_duty")
def run_stamp_duty(given):
    if "documents" in given:
        return {"duty": [stamp_duty.fixed_duty(paper) for paper in given["documents"]]}
    if "split" in given:
        return {"one": stamp_duty.bill_duty(given["one"]), "split": stamp_duty.bills_duty(given["split"])}
    duty = {"1-3": stamp_duty.deed_duty, "3": stamp_duty.bill_duty}[given["document"]]
    return {"duty": [duty(amount) for amount in given["amounts"]]}


# ---------------------------------------------------------------- calendar and words


@adapter("business_day")
def run_business_day(given):
    return {"is_business_day": [days.is_business_day(day) for day in given.days("dates")]}


@adapter("presentment")
def run_presentment(given):
    presentment = [day.isoformat() for day in days.presentment_days(given.day("maturity"))]
    return {"pay_day": presentment[0], "presentment": presentment}


@adapter("kanji_amount")
def run_kanji_amount(given):
    return {"text": words.kanji_amount(given["amount"])}


@adapter("wareki")
def run_wareki(given):
    answer = {}
    if "date" in given:
        answer["text"] = words.to_wareki(given.day("date"))
    if "dates" in given:
        answer["fiscal"] = [words.fiscal_year_label(day) for day in given.days("dates")]
    if "texts" in given:
        answer["dates"] = [words.parse_date(text).isoformat() for text in given["texts"]]
    return answer


@adapter("corporate_number")
def run_corporate_number(given):
    return {"valid": [corporate_number.is_valid(number) for number in given["numbers"]]}


@adapter("invoice_number")
def run_invoice_number(given):
    numbers = given["numbers"]
    return {
        "format_ok": [invoice_number.has_format(number) for number in numbers],
        "checksum_ok_if_corporate": [invoice_number.is_corporate(number) for number in numbers],
    }


# ---------------------------------------------------------------- who may, who decides


@adapter("segregation")
def run_segregation(given):
    return {"allowed": may_check(given["maker"], given["checker"])}


@adapter("quorum")
def run_quorum(given):
    yes, interested = given.get("yes"), given.get("interested", 0)
    votes = given.get("present_votes")
    # present_eligible は議決に加われる人だけの出席、present は（除斥のないとき同じ）出席、総会の出席は議決権の数。
    present = given.get("present_eligible", given.get("present", votes))
    if votes is not None and "seated" not in given:
        # 総会は一人一票。特別の利害関係があっても、組合員は議決権を失わない。
        assert present == votes
        vote = voting.general_meeting_vote(members=given["members"], present_votes=votes, yes=yes)
    elif "seated" in given or "seats_min" in given:
        vote = voting.board_vote(
            seated=given.get("seated", given.get("members")), present=present or 0, yes=yes, interested=interested,
            seats_min=given.get("seats_min", 0),
        )  # fmt: skip
    else:
        vote = voting.committee_vote(members=given["members"], present=present or 0, yes=yes, interested=interested)
    return {
        "eligible": vote.eligible,
        "quorum": vote.quorum,
        "met": vote.met,
        "needed": vote.needed,
        "passed": vote.passed,
    }


@adapter("member")
def run_member(given):
    answer = {}
    if "notices" in given:
        end = given.day("fiscal_year_end")
        answer["effective"] = [leaving.voluntary_leaving_on(day, end).isoformat() for day in given.days("notices")]
    if "loan_balance" in given or "share_refund" in given or "withdrawn" in given:
        refund = leaving.refund(
            withdrawn=given.get("withdrawn", True),
            debt=given.get("loan_balance", 0),
            share_refund=given.get("share_refund", 0),
        )
        answer["refund_blocked"] = refund.blocked
        answer["may_set_off"] = refund.may_set_off
        answer["loan_after"] = refund.debt_after
    return answer


@adapter("guarantee_deed")
def run_guarantee_deed(given):
    answer = {}
    if "role" in given:
        relation = {label: relation for relation, label in guarantee_deed.RELATION_LABELS.items()}[given["role"]]
        debtor = {label: debtor for debtor, label in guarantee_deed.DEBTOR_LABELS.items()}[given["debtor"]]
        answer["deed_required"] = guarantee_deed.deed_required(
            relation, debtor, given.get("entity", guarantee_deed.Entity.INDIVIDUAL)
        ).required
    if "contract_date" in given:
        answer["valid"] = guarantee_deed.deed_valid(given.day("deed_date"), given.day("contract_date")).valid
    return answer


@adapter("limit")
def run_limit(given):
    if "a" in given:
        estimate = limits.estimate_borrowing_limit(**given["a"], **given["b"])
        return {
            "new_borrowing_need": estimate.new_borrowing_need,
            "a_total": estimate.own_business,
            "b_total": estimate.on_lending,
            "max_limit": estimate.limit,
        }
    if "annual_sales" in given:
        found = limits.member_limit_by_sales(
            uniform=given["uniform"],
            annual_sales=given["annual_sales"],
            months=given["months"],
            unit=given.get("sales_based_unit", 10_000),
        )
        return {"sales_based": found.basis_amount, "limit": found.limit}
    if "uniform" in given:
        assert given.get("policy", "min(uniform, backing)") == "min(uniform, backing)"
        found = limits.member_limit_by_backing(
            uniform=given["uniform"],
            collateral_cover=given.get("collateral_cover", 0),
            share_capital=given.get("share_capital", 0),
            deposits=given.get("deposits", 0),
        )
        return {"backing": found.basis_amount, "limit": found.limit}
    if "nonmember_use" in given:
        use = limits.nonmember_use(member_use=given["member_use"], nonmember_use=given["nonmember_use"])
        return {"ratio_pct": use.percent, "within": use.within}
    if "guarantee_limit_per_member" in given:
        return run_guarantee_limit(given)
    if "member_limit" in given or "coop_borrow_limit" in given or "bank_facility" in given:
        return run_several_limits(given)
    check = limits.check_limit(
        limit=given["limit"],
        outstanding=given.get("outstanding", 0),
        committed=given.get("committed", 0),
        request=given.get("request", 0),
        replaced=given.get("replaced", 0),
    )
    return {
        "after": check.after,
        "headroom": check.headroom,
        "headroom_before": check.headroom_before,
        "ratio_pct": check.percent,
        "within": check.within,
        "blocked": not check.within,
    }


def run_guarantee_limit(given):
    guarantee = limits.check_limit(
        kind=limits.LimitKind.MEMBER_GUARANTEE,
        limit=given["guarantee_limit_per_member"],
        outstanding=given.get("guarantee_outstanding", 0),
        request=given.get("request_guarantee", 0),
    )
    loan = None
    if "loan_limit" in given:
        loan = limits.check_after(limits.LimitKind.MEMBER, limit=given["loan_limit"], after=given.get("loan_after", 0))
    both = limits.check_all(guarantee, loan)
    return {
        "within": both.within,
        "blocked": both.blocked,
        "blocking": list(both.blocking),
        "after": guarantee.after,
        "headroom": guarantee.headroom,
        "headroom_before": guarantee.headroom_before,
    }


def run_several_limits(given):
    names = (
        ("member_ok", limits.LimitKind.MEMBER, "member_limit", "member_after"),
        ("coop_ok", limits.LimitKind.COOPERATIVE_BORROWING, "coop_borrow_limit", "coop_borrow_after"),
        ("bank_ok", limits.LimitKind.BANK_FACILITY, "bank_facility", "bank_after"),
    )
    checks = limits.check_all(
        *(
            limits.check_after(kind, limit=given[limit], after=given[after]) if limit in given else None
            for _, kind, limit, after in names
        )
    )
    answer = {"blocked": checks.blocked, "blocking": [str(kind) for kind in checks.blocking], "within": checks.within}
    for name, kind, _, _ in names:
        if check := checks.of(kind):
            answer[name] = check.within
    return answer


# ---------------------------------------------------------------- security


@adapter("root_guarantee")
def run_root_guarantee(given):
    if "contract" in given:
        found = root_guarantee.fixing_day(given.day("contract"), given.day("stated"))
        text = str(found.day)
        return {"valid": found.is_valid, "determination_date": text, "effective_determination_date": text}
    if "principal" in given:
        found = root_guarantee.recoverable(
            given["maximum"], principal=given["principal"], interest=given["interest"], damages=given["damages"]
        )
        return {"total": found.total, "recoverable": found.amount, "excess": found.excess}
    return {"valid": root_guarantee.is_valid(individual=given["guarantor"] == "individual", maximum=given["maximum"])}


@adapter("collateral")
def run_collateral(given):
    if "shares" in given:
        args = (given["shares"], given["current"], given["low_3y"], Decimal(str(given["ratio"])))
        return cover_answer(valuation.cover_of_shares(*args, seniors_of(given), given.get("our_amount")))
    if "appraised" in given:
        args = (given["appraised"], Decimal(str(given["ratio"])))
        return cover_answer(valuation.cover(*args, seniors_of(given), given.get("our_amount")))
    if "margins" in given:
        if given.get("joint"):
            return {"cover": valuation.joint_cover(given["margins"], given["maximum"])}
        return {"cover": valuation.cumulative_cover(given["margins"], given["maximums"])}
    if "same_rank" in given:
        ours, *others = given["same_rank"]
        return {"our_cover": valuation.same_rank_cover(given["margin"], ours, others)}
    if "properties" in given:
        return run_joint_senior(given)
    if "exposure" in given:
        found = valuation.protection(
            given["exposure"],
            given.get("real_estate_cover", 0),
            given.get("deposits", 0),
            given.get("guarantee_association", 0),
        )
        return {"secured": found.secured, "unsecured": found.unsecured, "cover_ratio_pct": found.ratio}
    given.get("rule")  # the rule in words, for the reader
    return {"tax": [valuation.registration_tax(amount) for amount in given["amounts"]]}


def seniors_of(given):
    liens = []
    for lien in given.get("seniors", ()):
        stated = [lien.get(name) for name in ("maximum", "maximum_amount", "registered", "deduct", "balance")]
        registered = next(amount for amount in stated if amount is not None)
        liens.append(valuation.SeniorLien(kind=lien["kind"], registered=registered, balance=lien.get("balance")))
        # What the vector itself says must be deducted is an expectation in the wrong place: hold us to it.
        assert liens[-1].deduction == lien.get("deduct", liens[-1].deduction)
    return liens


def cover_answer(found):
    return {"lending_value": found.lending_value, "margin_after_seniors": found.margin, "our_cover": found.cover}


def run_joint_senior(given):
    properties = given["properties"]
    values = [item["lending_value"] for item in properties]
    allocated = valuation.allocate_joint_senior(values, given["senior_joint_balance"]).allocated
    answer = {"allocated": list(allocated)}
    for item, value, burden in zip(properties, values, allocated, strict=True):
        senior = valuation.SeniorLien(kind=valuation.LienKind.MORTGAGE, registered=burden)
        found = valuation.cover(value, 100, [senior], given["our_amount"])
        answer[f"margin_{item['id']}"] = found.margin
        if item["id"] == given["our_lien_on"]:
            answer["our_cover"] = found.cover
    return answer
