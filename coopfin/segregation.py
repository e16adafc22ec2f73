"""相互牽制: the one who prepares and the one who approves are two people (handbook ch. 2-1)."""


def may_check(maker, checker):
    """承認できる人か: a checker must be known and must not be the maker. Takes users or their ids."""
    return maker is not None and checker is not None and maker != checker
