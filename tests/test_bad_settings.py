"""Every bad setting that the schema suggests is answered by one short line that names it."""

import re

from bad_inputs.settings import cases

from sim.inputs import InputError
from sim.study.setup.settings import Settings

LONGEST = 300


def answers() -> dict[str, str]:
    """What each bad setting is answered with; what is not refused with nothing."""
    found: dict[str, str] = {}
    for name, call in cases():
        assert name not in found, name
        try:
            call()
            found[name] = ""
        except InputError as error:
            found[name] = str(error)
    return found


ANSWERS = answers()


def test_there_are_many_kinds_of_bad_settings() -> None:
    assert len(ANSWERS) > 900


def test_no_bad_setting_is_taken() -> None:
    assert [name for name, answer in ANSWERS.items() if not answer] == []


def test_every_answer_is_one_short_line_without_words_of_the_program() -> None:
    for name, answer in ANSWERS.items():
        assert answer.isprintable(), name
        assert len(answer) <= LONGEST, (name, answer)
        assert not re.search(r"Input should|validation error|Traceback|<class|pydantic|__\w+__'?: [^u]", answer), answer


def test_every_answer_names_the_setting() -> None:
    for name, answer in ANSWERS.items():
        assert answer.startswith("settings: "), answer
        words = [word for word in re.split(r"[^\w]+", name) if word in (*Settings.model_fields, "name", "path", "file")]
        assert not words or any(word in answer for word in words), (name, answer)


def test_every_answer_says_what_is_allowed_or_what_to_do() -> None:
    said = re.compile(
        r"allowed: \S|is missing|unknown key; \S|unknown parameter; \S|does not read it|is empty; \S|write exactly one"
        r"|needs a shard|is not one of|the study has none|does not go with|takes one number|stands twice"
        r"|write \S|did you mean|allowed: \S|a factor is|low: is missing|levels is a list"
    )
    assert [(name, answer) for name, answer in ANSWERS.items() if not said.search(answer)] == []
