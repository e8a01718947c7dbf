"""What students did, unfolded: interest, reach, seats in first and second courses, concentrators and credentials."""

from collections.abc import Iterator
from dataclasses import replace

from sim.arrays import part_of
from sim.students import outcomes
from sim.study.explain.items import Item, Moment, amount

STUDENTS = "Students"
OUTCOMES = "Concentrators and credentials"
ALL_STUDENTS = "Students of all clusters"


def student_items(moment: Moment) -> list[Item]:
    """The numbers of step 6 in the moment's district and cluster."""
    none = not (moment.at(moment.year.schooling.participants) or moment.at(moment.year.workforce.posts))
    return [
        *_interest(moment),
        *(replace(item, quiet=item.quiet or none) for item in (*_seats(moment), *_outcomes(moment))),
    ]


def all_student_items(moment: Moment) -> Iterator[Item]:
    """The numbers of step 6 in the moment's district, over all clusters."""
    year, total = moment.year, moment.total
    school, enrolled = year.schooling, year.schooling.enrolled
    yield Item(ALL_STUDENTS, "members, grades 9-12", "students", moment.of_district(year.cohorts.membership))
    yield Item(
        ALL_STUDENTS, "would take CTE if all were in reach", "students", moment.of_district(year.interest.interested)
    )
    yield Item(ALL_STUDENTS, "ask for a course", "students", total(school.demanded))
    yield Item(ALL_STUDENTS, "in first courses", "students", total(enrolled.first))
    yield Item(ALL_STUDENTS, "  found no seat in a first course", "students", total(enrolled.unserved_first))
    yield Item(ALL_STUDENTS, "in second courses", "students", total(enrolled.second))
    yield Item(ALL_STUDENTS, "  found no seat in a second course", "students", total(enrolled.unserved_second))
    yield Item(ALL_STUDENTS, "concentrators taught", "students", total(school.taught))
    yield Item(ALL_STUDENTS, "concentrators by recoding alone", "students", total(school.recoded))
    yield Item(ALL_STUDENTS, "concentrators reported", "students", total(school.reported))
    for tier, earned in enumerate(school.credentials.earned, start=1):
        yield Item(ALL_STUDENTS, f"credentials of tier {tier}", "credentials", total(earned))


def _interest(moment: Moment) -> Iterator[Item]:
    year, at = moment.year, moment.at
    school, interest, staffed = year.schooling, year.interest, year.workforce
    sites = f"{at(staffed.sites):.0f} sites:"
    yield Item(STUDENTS, "members, grades 9-12", "students", at(year.cohorts.membership))
    yield Item(STUDENTS, "would take CTE if every cluster were in reach", "students", at(interest.interested))
    yield Item(STUDENTS, "of them in this cluster", "students", at(interest.wanted))
    yield Item(STUDENTS, "within reach of a site", "share", at(school.reached), sites)
    yield Item(STUDENTS, "raised by students whose cluster is out of reach", "times", at(school.diverted))
    yield Item(STUDENTS, "students who ask for it, the product", "students", at(school.demanded))


def _seats(moment: Moment) -> Iterator[Item]:
    year, at = moment.year, moment.at
    school, interest, staffed, enrolled = year.schooling, year.interest, year.workforce, year.schooling.enrolled
    yield Item(STUDENTS, "last year's students of first courses", "students", at(moment.before.first_students))
    yield Item(STUDENTS, "passed and wish to go on", "share", at(interest.going_on))
    yield Item(STUDENTS, "sites of last year still open", "share", at(staffed.staying))
    yield Item(STUDENTS, "could take a second course, the product", "students", at(school.eligible))
    yield Item(STUDENTS, "students planned for a class", "students", at(year.choice.first_class), quiet=True)
    yield Item(STUDENTS, "in second courses", "students", at(enrolled.second),
               f"{amount(at(staffed.second_taught), 'sections')} taught:")  # fmt: skip
    yield Item(STUDENTS, "  found no seat in a second course", "students", at(enrolled.unserved_second))
    yield Item(STUDENTS, "in first courses", "students", at(enrolled.first),
               f"{amount(at(staffed.first_taught), 'sections')} taught:")  # fmt: skip
    yield Item(STUDENTS, "  found no seat in a first course", "students", at(enrolled.unserved_first))
    yield Item(STUDENTS, "participants", "students", at(school.participants))


def _outcomes(moment: Moment) -> Iterator[Item]:
    year, at, terms = moment.year, moment.at, moment.ensemble.parameters.outcomes
    school, staffed, completion = year.schooling, year.workforce, year.interest.completion
    yield Item(OUTCOMES, "quality above the reference", "points", at(year.interest.quality_gap))
    yield Item(OUTCOMES, "complete a second course, all posts filled", "share", at(completion))
    filled = part_of(staffed.staffed, staffed.posts)
    rate = outcomes.rate_when_staffed(completion, filled, terms)
    yield Item(OUTCOMES, "complete it, as posts are filled", "share", at(rate),
               f"{at(staffed.staffed):.0f} of {at(staffed.posts):.0f} filled:")  # fmt: skip
    yield Item(OUTCOMES, "concentrators taught", "students", at(school.taught),
               f"{amount(at(rate), 'share')} x {amount(at(school.enrolled.second), '')}")  # fmt: skip
    share, pool = at(school.efforts.recoded_share), at(terms.recodable)
    yield Item(OUTCOMES, "share of recodable students who are counted", "share", share, quiet=True)
    yield Item(OUTCOMES, "recodable students for each one taught", "share", pool, quiet=True)
    yield Item(OUTCOMES, "concentrators by recoding alone", "students", at(school.recoded),
               f"{amount(share, 'share')} x {amount(pool, 'share')} x {amount(at(school.taught), '')}")  # fmt: skip
    yield Item(OUTCOMES, "concentrators reported", "students", at(school.reported))
    administers = at(school.exams.sites)
    yield Item(OUTCOMES, "sites that administer a paid exam", "sites", administers, quiet=True)
    yield Item(OUTCOMES, "of exams beyond the usual, sat for pay or as they count", "share",
               at(school.efforts.further_exams), quiet=True)  # fmt: skip
    yield Item(OUTCOMES, "credential attempts", "attempts", at(school.credentials.attempts),
               f"at {amount(administers, 'sites')} with an exam:")  # fmt: skip
    yield Item(OUTCOMES, "of them passed", "share", at(school.passing.share), quiet=not administers)
    for tier, earned in enumerate(school.credentials.earned, start=1):
        yield Item(OUTCOMES, f"credentials of tier {tier}", "credentials", at(earned))
