"""Industry credentials: which pathways administer a paid exam, who sits for it, who passes, and in which value tier.

Where states paid openly or made credentials count (Ohio, Louisiana, North Carolina, Virginia) they tripled in five to
seven years, pass rates fell by about a fifth, easy ones gained, and programs took up exams one after the other for
years. So credentials rise here on two margins with their own speed: a site of a pathway takes up an exam or drops it,
and where there is one, students of both levels sit for more exams than concentrators do by custom. All dollars are
those of the base year."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import TINY, ZERO, Array, logistic, outer, part_of, ratio
from sim.parameters.groups import Outcomes

Tiers = tuple[Array, Array, Array]
"""One array for each value tier, 1 to 3."""

FEW = 0.05
"""Share of the exams that students could sit below which a custom of sitting is not counted as one: where a new pathway
has no concentrators yet, pass rates are those of a twentieth of its exams being usual."""


@dataclass(frozen=True)
class Sitting:
    """Exams of a year if all sites of the pathway administered one, ``[..., D, C]``: ``usual`` ones, which
    concentrators sit without pay, and all ``exams``; ``most``: as many as its students could sit."""

    usual: Array
    exams: Array
    most: Array


@dataclass(frozen=True)
class Passing:
    """If all sites of a pathway administered an exam: ``share`` of exams that are passed, and shares of those passed by
    value ``tiers``, which sum to 1; ``[..., D, C]`` or, where nothing is paid, ``[..., 1, C]``."""

    share: Array
    tiers: Tiers


@dataclass(frozen=True)
class Credentials:
    """``attempts`` (exams sat), and credentials ``earned`` by value tier 1 to 3; ``[..., D, C]``."""

    attempts: Array
    earned: Tiers


def usual_passing(pass_rate: Array, quality_gap: Array, outcomes: Outcomes) -> Array:
    """Share of the usual exams that are passed, ``[..., D, C]``: the cluster's, higher with quality."""
    return np.clip(outer(1.0 + outcomes.pass_rate_quality * quality_gap, pass_rate), 0.0, 1.0)


def pay_of_an_exam(price: Array, passing: Array, exam_fee: Array) -> Array:
    """What one more exam is believed to bring beyond its fee, dollars, ``[..., D, C]``; nothing where the fee is more.

    ``price`` is that of a credential, ``passing`` the share of exams that are passed.
    """
    if price is ZERO:
        return ZERO
    brought: Array = np.maximum(price * passing - exam_fee, 0.0)
    return brought


def further_exams(share: Array, pay: Array, outcomes: Outcomes) -> Array:
    """Of the exams that students of both levels could sit beyond the usual ones, the share that they do, ``[..., D,
    C]``, a year later: toward 1 - exp(-(pay / scale)^2), up faster than down.

    The square, as hardly anybody can be prepared for an exam for next to nothing. Dallas, cash for passed exams: 269
    takers became 729 in the first year, courses followed in the third.
    """
    if pay is ZERO:
        return share * (1.0 - outcomes.effort_fall)
    relative = pay / outcomes.exam_price_scale
    gap = (1.0 - np.exp(-relative * relative)) - share
    return share + (outcomes.effort_rise * np.maximum(gap, 0.0) + outcomes.effort_fall * np.minimum(gap, 0.0))


def usual_each(rate: Array, exam_share: Array, outcomes: Outcomes) -> Array:
    """Usual exams for each concentrator at a site that administers one, ``[..., 1, C]``.

    ``rate``: exams for each concentrator over all sites, from the cluster table; ``exam_share``: the part of
    concentrators, by that rate, who are at sites with an exam in the base year.
    """
    each: Array = rate * (outcomes.credential_level / exam_share)
    return each


def sitting(taught: Array, participants: Array, usual_each: Array, further: Array, outcomes: Outcomes) -> Sitting:
    """Exams where all sites of a pathway administer one: ``usual_each`` for each concentrator, and the share
    ``further`` of what participants of both levels could sit beyond them, at most ``exam_limit`` each."""
    most = outcomes.exam_limit * participants
    usual = np.minimum(taught * usual_each, most)
    return Sitting(usual, usual + further * (most - usual), most)


def exams_for_one_more(
    administers: Array, further: Array, usual_each: Array, outcomes: Outcomes
) -> tuple[Array, Array]:
    """Exams that one more participant sits, and those that one more concentrator sits beside, ``[..., D, C]``."""
    participant = administers * further * outcomes.exam_limit
    return participant, administers * usual_each * (1.0 - further)


def passing_share(found: Sitting, passing: Array, outcomes: Outcomes) -> Array:
    """Share of exams that are passed, ``[..., D, C]``: the usual share at usual exams, less as weaker candidates sit.

    It falls with the ratio of exams to usual exams to the power ``pass_rate_fall``; an effort that finds no taker
    lowers nothing, and more exams never bring fewer credentials.
    """
    times = np.maximum(part_of(found.exams, np.maximum(found.usual, FEW * found.most)), 1.0)
    return passing * np.exp(-outcomes.pass_rate_fall * np.log(times))


def natural_mix(credential_tier: Array, main_share: Array) -> Tiers:
    """Shares of credentials by value tier without incentives: ``main_share`` in the tier of the cluster's main
    credential (``credential_tier`` ``[1, C]``), the rest split evenly over the other two."""
    other = (1.0 - main_share) / 2.0
    one, two, three = (np.where(credential_tier == tier, main_share, other) for tier in (1, 2, 3))
    return one, two, three


def difficulties(outcomes: Outcomes) -> Tiers:
    """Work to earn a credential of each tier, that of tier 1 being 1, ``[..., 1, 1]``."""
    return 1.0 + 0.0 * outcomes.tier_difficulty_2, outcomes.tier_difficulty_2, outcomes.tier_difficulty_3


def ease(outcomes: Outcomes) -> Tiers:
    """How often an exam of each tier is passed, relative to tier 1: less as it is harder, ``[..., 1, 1]``."""
    one, two, three = (np.exp(-outcomes.tier_pass_fall * np.log(hard)) for hard in difficulties(outcomes))
    return one, two, three


def paid_mix(natural: Tiers, prices: Tiers, outcomes: Outcomes) -> Tiers:
    """Shares of tiers among credentials that are earned for pay, sum 1: toward what pays most for its difficulty.

    A tier's pull is its price over its difficulty, to the power ``tier_shift``. Where tiers pay alike the easy ones
    gain: after Virginia's mandate nine of the ten most common credentials were generic (REL Appalachia). A tier that is
    not on the list pays nothing and draws nobody, so that a longer list brings more. Natural without any price, and
    where a cluster has no credential of a paid tier.
    """
    return natural if unpaid(prices) else drawn_mix(natural, drawn_by_tier(prices, outcomes))


def unpaid(prices: Tiers) -> bool:
    """Whether no tier has a price."""
    return all(price is ZERO for price in prices)


def drawn_by_tier(prices: Tiers, outcomes: Outcomes) -> Tiers:
    """How much each tier's price draws, relative to the tier that pays most for its difficulty, ``[..., D, 1]``."""
    pull = [np.maximum(price / hard, 0.0) for price, hard in zip(prices, difficulties(outcomes), strict=True)]
    largest = np.maximum(np.maximum(pull[0], pull[1]), pull[2])
    relative = [ratio(one, largest, 1.0) for one in pull]
    one, two, three = (
        np.where(part > 0.0, np.exp(outcomes.tier_shift * np.log(np.maximum(part, 1e-9))), 0.0) for part in relative
    )
    return one, two, three


def drawn_mix(natural: Tiers, drawn: Tiers) -> Tiers:
    """Shares of tiers, sum 1, in proportion to their ``natural`` share and to how much each is ``drawn``; natural where
    a cluster has no credential of a tier that draws."""
    weights = [outer(each, share) for each, share in zip(drawn, natural, strict=True)]
    total = weights[0] + weights[1] + weights[2]
    part = 1.0 / np.maximum(total, TINY)
    one, two, three = (weight * part for weight in weights)
    nothing = total <= 0.0
    if nothing.any():
        one, two, three = (
            np.where(nothing, share, mixed) for share, mixed in zip(natural, (one, two, three), strict=True)
        )
    return one, two, three


def passing_by_tier(
    found: Sitting, usual: Array, natural: Tiers, paid: Tiers, outcomes: Outcomes, easy: Tiers | None = None
) -> Passing:
    """Share of exams that are passed, and what tiers they are in.

    ``usual`` is the share with usual exams and tiers in their ``natural`` mix. Usual exams keep that mix, further ones
    follow the ``paid`` one; harder tiers are passed less often (``easy``: how often, see ``ease``).
    """
    share = passing_share(found, usual, outcomes)
    if paid is natural:
        return Passing(share, natural)
    # Mixes are of credentials; an exam of a tier is sat the more often for each, the less often it is passed.
    easy = easy or ease(outcomes)
    natural_exams = natural[0] / easy[0] + natural[1] / easy[1] + natural[2] / easy[2]
    paid_exams = paid[0] / easy[0] + paid[1] / easy[1] + paid[2] / easy[2]
    as_usual = np.minimum(ratio(found.usual, found.exams, 1.0), 1.0)
    for_pay = (1.0 - as_usual) * (natural_exams / paid_exams)
    in_all = as_usual + for_pay
    one, two, three = ((as_usual * each + for_pay * other) / in_all for each, other in zip(natural, paid, strict=True))
    return Passing(np.minimum(share * in_all, 1.0), (one, two, three))


def credentials(administers: Array, found: Sitting, passing: Passing) -> Credentials:
    """Exams sat and credentials earned; ``administers``: share of a pathway's sites with an exam, ``[..., D, C]``."""
    attempts = administers * found.exams
    passed = attempts * passing.share
    one, two, three = (passed * tier for tier in passing.tiers)
    return Credentials(attempts, (one, two, three))


def acceptance(worth: Array, usual: Array, outcomes: Outcomes) -> Array:
    """Chance that a site which considers an exam administers it: logistic in what it brings in a year, ``[..., D, C]``.

    ``usual`` ``[..., 1, 1]`` is the log odds without pay; the spread stands for what a test site, a trained teacher
    and hours of preparation cost one school and not the other.
    """
    return logistic(usual if worth is ZERO else usual + worth / outcomes.exam_worth_scale)


def kept_as_pay_falls(for_pay: Array, accepted: Array, accepted_before: Array, without_pay: Array) -> Array:
    """Share of sites with an exam that keep it as what it brings falls, ``[..., D, C]``; all where it does not fall.

    Of sites that have it ``for_pay`` (a share) those stop at once that accept at the old pay and not at the new; where
    pay ends or had ended, all of them. ``accepted``, ``accepted_before`` and ``without_pay`` are chances to accept it.
    England, 2014: entries for qualifications that no longer counted moved within the announced cohort.
    """
    fallen = np.maximum(accepted_before - accepted, 0.0)
    return 1.0 - for_pay * np.minimum(ratio(fallen, accepted_before - without_pay, 1.0), 1.0)


def considering(around: Array, outcomes: Outcomes) -> Array:
    """Chance that a site without an exam considers one in a year, ``[..., D, C]``: by itself, and by hearing from the
    share ``around`` of its peers that administer one (the diffusion of Bass 1969)."""
    chance: Array = np.minimum(outcomes.exam_innovation + outcomes.exam_imitation * around, 1.0)
    return chance


def sites_administering(with_exam: Array, sites: Array, considers: Array, accepted: Array, outcomes: Outcomes) -> Array:
    """Sites expected to administer an exam next year, ``[..., D, C]``.

    Of ``sites`` without one the share ``considers`` considers it, of those ``with_exam`` the share ``exam_review``
    looks at it again; either have it if they accept.
    """
    review = outcomes.exam_review
    expected: Array = with_exam * (1.0 - review + review * accepted) + (sites - with_exam) * considers * accepted
    return expected


def for_pay_after(
    for_pay: Array,
    with_exam: Array,
    sites: Array,
    considers: Array,
    gained: Array,
    expected: Array,
    outcomes: Outcomes,
) -> Array:
    """Share of the sites ``expected`` to have an exam next year that would not without pay, ``[..., D, C]``.

    Of those that considered one this year or looked at theirs again, they are as many as accept for pay alone
    (``gained``, by how much pay raises the chance to accept).
    """
    review = outcomes.exam_review
    again = review * gained
    paid = with_exam * (for_pay * (1.0 - review) + again) + (sites - with_exam) * (considers * gained)
    share: Array = np.minimum(part_of(paid, expected), 1.0)
    return share
