"""What students did in one pathway, unfolded: interest, reach, demand, seats, progression and credentials."""

from collections.abc import Iterator

from sim.arrays import Array
from sim.engine.offerings import breadth
from sim.study.explain.items import Item, Moment, amount

STUDENTS = "Students"
OUTCOMES = "Concentrators and credentials"


def student_items(moment: Moment) -> list[Item]:
    """The numbers of step 6 in the moment's district and cluster."""
    return [*_enrollment(moment), *_outcomes(moment)]


def _enrollment(moment: Moment) -> Iterator[Item]:
    year, at = moment.year, moment.at
    school, interest = year.schooling, year.interest
    yield Item(STUDENTS, "members, grades 9-12", "students", at(year.cohorts.membership))
    yield Item(STUDENTS, "would take CTE if every cluster were in reach", "students", at(interest.interested))
    yield Item(STUDENTS, "of them in this cluster", "students", at(interest.wanted))
    yield Item(STUDENTS, "within reach of a site", "share", at(school.reached), f"{at(year.workforce.sites):.0f} sites")
    yield Item(STUDENTS, "raised by students whose cluster is out of reach", "times", at(school.diverted))
    yield Item(STUDENTS, "students who ask for it", "students", at(school.demanded), "the product of these three")
    yield Item(STUDENTS, "seats in sections with a teacher", "students", at(school.seats))
    turned_away = max(at(school.demanded) - at(school.seats), 0.0)
    yield Item(STUDENTS, "turned away for want of seats", "students", turned_away)
    seated = at(school.demanded) - turned_away
    yield Item(STUDENTS, "come from other pathways that are full", "students", at(school.participants) - seated)
    yield Item(STUDENTS, "participants", "students", at(school.participants))


def _outcomes(moment: Moment) -> Iterator[Item]:
    year, before, at = moment.year, moment.before, moment.at
    school, ensemble = year.schooling, moment.ensemble
    premises = ensemble.premises
    offered: Array = breadth(before.counts.total("sites"), ensemble.world) / premises.reference_breadth
    yield Item(OUTCOMES, "progression rate of a district like the state", "share", at(premises.progression))
    yield Item(OUTCOMES, "quality above the reference", "points", at(year.interest.quality_gap))
    yield Item(OUTCOMES, "breadth of the offer against the state's", "times", at(offered))
    yield Item(OUTCOMES, "effort on concentrators adds to the odds", "share", at(before.concentration_effort))
    yield Item(OUTCOMES, "progression rate", "share", at(year.interest.progression))
    posts = at(year.workforce.sections) + at(year.workforce.vacant_sections)
    with_instructor = f"{at(year.workforce.sections):.0f} of {posts:.0f} sections staffed"
    yield Item(OUTCOMES, "progression rate as staffed", "share", at(school.progression), with_instructor)
    yield Item(OUTCOMES, "last year's participants", "students", at(before.participants))
    yield Item(OUTCOMES, "sites of last year still open", "share", at(year.workforce.staying))
    yield Item(
        OUTCOMES, "concentrators", "students", at(school.concentrators),
        f"{amount(at(school.progression), 'share')} x {amount(at(before.participants), '')}"
        f" x {amount(at(year.workforce.staying), 'share')}",
    )  # fmt: skip
    yield Item(OUTCOMES, "effort on credentials raises attempts by", "share", at(school.efforts.credential))
    yield Item(OUTCOMES, "credential attempts", "attempts", at(school.credentials.attempts))
    for tier, earned in enumerate(school.credentials.earned, start=1):
        yield Item(OUTCOMES, f"credentials of tier {tier}", "credentials", at(earned))
