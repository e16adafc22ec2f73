"""定足数と議決（計算のみ）: whether a meeting could decide, and did (中小企業等協同組合法36条の6・51条・53条)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Vote:
    """議決の結果: heads; `missing` says in sentences what stands in the way of a decision, empty when it passed."""

    eligible: int
    quorum: int
    present: int
    yes: int | None
    needed: int
    met: bool
    passed: bool
    missing: tuple[str, ...]


def board_quorum(*, seated, interested=0, seats_min=0):
    """理事会の定足数: a majority of those able to vote; below the articles' minimum, of that minimum.

    Without the second half a board that has shrunk could decide with ever fewer people.
    """
    if seated < seats_min:
        return seats_min // 2 + 1
    return (seated - interested) // 2 + 1


def board_vote(*, seated, present, yes=None, interested=0, seats_min=0):
    """理事会の議決: majority of those present and able to vote; a tie fails; the specially interested count nowhere.

    `present` counts only those able to vote. Without `yes` only the quorum is judged.
    """
    eligible = seated - interested
    quorum = board_quorum(seated=seated, interested=interested, seats_min=seats_min)
    short = None
    if seated < seats_min:
        short = f"在任理事{seated}名が定款の定数の下限{seats_min}名を下回るため、定足数は{quorum}名です。"
    return _decide(
        who="理事",
        eligible=eligible,
        quorum=quorum,
        present=present,
        yes=yes,
        needed=present // 2 + 1,
        needed_words="出席した理事の過半数",
        remark=short,
    )


def committee_vote(*, members, present, yes=None, interested=0, quorum=None):
    """金融委員会の意見: like the board; its regulations may set another quorum, default a plain majority."""
    eligible = members - interested
    return _decide(
        who="委員",
        eligible=eligible,
        quorum=eligible // 2 + 1 if quorum is None else quorum,
        present=present,
        yes=yes,
        needed=present // 2 + 1,
        needed_words="出席した委員の過半数",
    )


#: 普通議決の定足数の数え方（定款の定め）→ 総組合員数から要る数
ORDINARY_QUORUMS = {
    "half": lambda members: -(-members // 2),
    "majority": lambda members: members // 2 + 1,
    "third": lambda members: -(-members // 3),
}


def general_meeting_vote(*, members, present_votes, yes=None, special=True, quorum_rule="half", casting=False):
    """総会の議決: special resolutions half of all members and two thirds of their votes, others a majority.

    The articles may set another quorum for ordinary resolutions. `casting` is the chair's word on a tie, where the
    articles give him one.
    """
    quorum = ORDINARY_QUORUMS["half" if special else quorum_rule](members)
    needed = -(-present_votes * 2 // 3) if special else present_votes // 2 + 1
    if casting and not special and yes is not None and yes * 2 == present_votes:
        needed = yes
    return _decide(
        who="組合員",
        eligible=members,
        quorum=quorum,
        present=present_votes,
        yes=yes,
        needed=needed,
        needed_words="出席した組合員の議決権の3分の2以上" if special else "出席した組合員の議決権の過半数",
    )


def _decide(*, who, eligible, quorum, present, yes, needed, needed_words, remark=None):
    # A slip in the attendance list is not a vote: impossible counts are refused rather than judged.
    if eligible < 0:
        raise ValueError(f"議決に加われない人数が、在任の{who}の数を超えています。")
    if present < 0 or present > eligible:
        raise ValueError(f"出席{present}名が、議決に加われる{who}{eligible}名を超えています。")
    if yes is not None and not 0 <= yes <= present:
        raise ValueError(f"賛成{yes}名が、出席{present}名を超えています。")
    met = present >= quorum
    missing = []
    if not met:
        if remark:
            missing.append(remark)
        missing.append(
            f"定足数{quorum}名に対し出席{present}名で、あと{quorum - present}名足りません"
            f"（議決に加われる{who}は{eligible}名）。"
        )
    if yes is not None and yes < needed:
        tie = "可否同数は否決です。" if yes * 2 == present and needed == present // 2 + 1 else ""
        missing.append(f"賛成{yes}票で、{needed_words}（{needed}票）に{needed - yes}票足りません。{tie}")
    return Vote(
        eligible=eligible,
        quorum=quorum,
        present=present,
        yes=yes,
        needed=needed,
        met=met,
        passed=met and yes is not None and yes >= needed,
        missing=tuple(missing),
    )
