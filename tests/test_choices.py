"""Words of the command line whose choice Hydra would drop, or could not take, are answered before it composes them."""

import pytest

from sim.choices import check_words, with_files
from sim.inputs import InputError

STAFFING = "factors.parameters.staffing"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["formula=[aligned,texas]"], "several formulas are study.formulas=[aligned,texas]"),
        (["scenario=[oil_slump,shock_2020]"], "several scenarios are study.scenarios=[oil_slump,shock_2020]"),
        (["study=[compare,stress]"], "several studies, one after the other, are -m study=compare,stress"),
        (["executor=[local,dask]"], "executor: [local, dask] is not allowed: write one name"),
        (["formula=null"], "formula: null is not allowed: write a name; allowed: aligned,"),
        (["scenario=null"], "scenario: null is not allowed: write a name; allowed: baseline,"),
        (["scenario=5"], "scenario: 5 is not allowed: write a name"),
        (["formula=true"], "formula: True is not allowed: write a name"),
        (["formula={a: 1}"], "formula: {a: 1} is not allowed: write a name"),
        (["formula="], "formula: is empty; write a name"),
        (["world=''"], "world: is empty; write a name"),
        (["scenario=my.yaml"], "write study.scenarios=[my.yaml]"),
        (["world=/data/tables"], "write world.path=/data/tables"),
        (
            [f"{STAFFING}.turnover=[0.05,0.2]", f"{STAFFING}=prior"],
            f"{STAFFING}=prior and {STAFFING}.turnover are both",
        ),
        (
            [f"{STAFFING}=prior", f"{STAFFING}.turnover=[0.05,0.2]"],
            f"{STAFFING}=prior and {STAFFING}.turnover are both",
        ),
        ([f"++{STAFFING}=prior", f"++{STAFFING}.turnover=prior"], "one would replace the other; write one of them"),
        (["factors.parameters=prior", f"{STAFFING}.turnover=prior"], "factors.parameters=prior and"),
        (["~formula.rules", "formula.rules.growth_cap=0.05"], "formula.rules: its removal and"),
        (["parameters.staffing=5", "parameters.staffing.turnover=0.1"], "parameters.staffing=5 and"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_choice_that_would_be_dropped_is_refused(words: list[str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        check_words(words)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "words",
    [
        ["formula=aligned", "formula.appropriation.dollars=5"],
        ["-m", "formula=aligned,texas", "seed=1,2"],
        ["precision={outcome: credentials}", "precision.share=0.1"],
        [f"{STAFFING}.turnover=prior", f"{STAFFING}.supply=prior"],
        ["draws=5", "--config-dir", "mine", "formula=mine/bill"],
        ["draws", "study.formulas=[", "a b c"],
    ],
    ids=" ".join,
)
def test_words_that_say_one_thing_are_left_to_hydra(words: list[str]) -> None:
    check_words(words)


def test_a_file_in_place_of_a_formula_is_a_formula_in_a_file() -> None:
    words = ["formula=my_bill.yaml", "formula='docs/My Bill.YML'", "formula=aligned", "scenario=a.yaml", "-m"]
    assert with_files(words) == [
        "formula_file=my_bill.yaml", "formula_file='docs/My Bill.YML'", "formula=aligned", "scenario=a.yaml", "-m",
    ]  # fmt: skip
