"""The served pages: who may ask, what may be sent, and that what they answer is what studies say."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import explored
import numpy as np
import pytest
from commanded import called
from starlette.testclient import TestClient

import sim
from sim.inputs import InputError
from sim.report.explore.files import read_content
from sim.serve import studies
from sim.serve.application import FAULT, Desk, application
from sim.serve.exact import shown
from sim.serve.pages import PAGES, Pages
from sim.serve.safety import TOKEN_HEADER
from sim.serve.server import hosts, is_loopback, listen, read_given, ready
from sim.serve.sessions import Named, Sessions
from sim.serve.studies import Asked, Studies
from sim.serve.uploads import bill_name
from sim.serve.warm import COLUMNS, AbandonedError, Common, Warm, find_scenario, statewide
from sim.serve.watching import Watch, district_content, run_content
from sim.study.explore.bill_file import formula_at
from sim.study.explore.predicting import Explorer

ROOT = Path(__file__).resolve().parent.parent
BILL = ROOT / "docs" / "examples" / "my_bill.yaml"
COMMON = Common(horizon=3, draws=16)
HERE = "http://127.0.0.1:8765"
TABLE = "district,name,membership,high_schools\nA1,<script>alert(1)</script>,900,2\nA2,Bravo,400,1\n"


@pytest.fixture(scope="module")
def warm() -> Warm:
    return Warm(COMMON)


@pytest.fixture(scope="module")
def sessions(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    named = [Named("my_bill", str(BILL)), Named("aligned", "aligned")]
    return Sessions(COMMON, tmp_path_factory.mktemp("served"), warm, named)


@pytest.fixture(scope="module")
def client(sessions: Sessions) -> Iterator[TestClient]:
    desk = Desk(Pages(sessions, "the-token"), Studies(sessions.folder))
    app = application(desk, hosts("127.0.0.1", 8765))
    with TestClient(app, base_url=HERE, raise_server_exceptions=False, headers={TOKEN_HEADER: "the-token"}) as found:
        yield found


def refusal(client: TestClient, path: str, content: Any) -> str:
    """The one line by which something that was sent is refused."""
    answer = client.post(path, json=content)
    assert answer.status_code == 400
    line: str = answer.json()["refused"]
    assert "\n" not in line
    assert "Traceback" not in line
    assert "/tmp" not in line
    return line


@pytest.mark.parametrize("path", [path for path, _ in PAGES])
def test_pages_load_scripts_of_this_server_alone(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    assert scripts
    assert all('type="application/json"' in one or 'src="/static/' in one for one in scripts)
    assert not re.search(r"https?://", re.sub(r'xmlns\S*="[^"]*"', "", answer.text))
    for name in re.findall(r'src="(/static/[^"]+)"', answer.text):
        assert client.get(name).headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8765"},  # another name that leads here
        {"host": "127.0.0.1:9999"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8765"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    ],
)
def test_another_site_reaches_nothing(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/", headers=headers).status_code == 403
    assert client.post("/exact", json={}, headers=headers).status_code == 403


def test_what_does_something_needs_the_token_of_a_page(client: TestClient) -> None:
    own = {"origin": HERE}
    assert client.post("/watch/run", json={"draw": 99}, headers=own).status_code == 400  # understood, and refused
    assert client.post("/watch/run", json={"draw": 0}, headers={TOKEN_HEADER: ""}).status_code == 403
    assert client.post("/watch/run", json={"draw": 0}, headers={TOKEN_HEADER: "the-tokem"}).status_code == 403
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/watch/run", content=b"draw=0", headers=form).status_code == 403
    assert client.put("/watch/run", json={}).status_code == 403
    assert client.get("/exact").status_code == 405


def test_a_link_from_elsewhere_opens_the_page(client: TestClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: !!python/object/apply:os.system [id]\n", "my_bill.yaml, line 1: a tag (!!python/object/apply:os.sys"),
        ("title: ${oc.env:HOME}\n", "my_bill.yaml"),
        ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\n"
         "d: &d [*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d]\n", "aliases that stand for as many"),
        ("title: x\nsource: y\ntakes_effect: 2027\nalso: [../../../../etc/passwd]\nlines: []\n", "my_bill.yaml"),
        ("[" * 500, "my_bill.yaml"),
        ("\x00", "my_bill.yaml"),
        ("components: [{kind: per_student, count: concentrators, dollars: many}]\n", "my_bill.yaml"),
    ],
)  # fmt: skip
def test_a_bill_that_is_no_bill_is_refused_in_one_line(client: TestClient, text: str, said: str) -> None:
    assert said in refusal(client, "/bills", {"name": "my_bill.yaml", "text": text})


def test_what_is_sent_has_a_size_and_a_name(client: TestClient, sessions: Sessions) -> None:
    assert "too large" in refusal(client, "/bills", {"name": "b.yaml", "text": "x" * 250_000})
    assert "too large" in refusal(client, "/bills", {"name": "b.yaml", "text": "x" * 2_000_000})
    assert "text: is missing" in refusal(client, "/bills", {"name": "b.yaml"})
    assert "not a mapping" in refusal(client, "/bills", ["b"])
    assert bill_name("../../etc/passwd.yaml") == "passwd"
    assert bill_name("C:\\bills\\My bill (2).YML") == "My_bill_2"
    with pytest.raises(InputError, match="is not allowed"):
        bill_name("../..")
    before = sorted(path.name for path in sessions.folder.rglob("*"))
    refusal(client, "/bills", {"name": "x.yaml", "text": "title: ["})
    assert sorted(path.name for path in sessions.folder.rglob("*")) == before


def test_a_bill_that_is_taken_is_known_by_its_key_alone(client: TestClient) -> None:
    taken = client.post("/bills", json={"name": "mine.yaml", "text": BILL.read_text()}).json()
    assert taken["title"] == "A bill in ten lines"
    assert len(taken["key"]) >= 24
    assert taken["key"] not in client.get("/").text
    assert "Mine" in client.get("/", params={"bill": taken["key"]}).text
    assert client.get("/", params={"bill": "unknown"}).status_code == 404
    assert "send it again" in client.get("/", params={"bill": str(BILL)}).text


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"districts.csv": TABLE.replace("Bravo", "=cmd()")},
         "districts.csv, row 3, column name: value '=cmd()' is not allowed: a spreadsheet would run it"),
        ({"districts.csv": TABLE.replace("400", "=200+200")},
         "districts.csv, row 3, column membership: value '=200+200'"),
        ({"districts.csv": TABLE.replace("400", "many")}, "districts.csv, row 3, column membership"),
        ({"../districts.csv": TABLE}, "unknown table"),
        ({"/etc/passwd": "x"}, "unknown table"),
        ({"districts.csv": ""}, "is missing"),
        ({"districts.csv": "\x00\n"}, "districts.csv"),
        ({}, "are missing"),
    ],
)  # fmt: skip
def test_tables_that_are_none_are_refused_in_one_line(client: TestClient, files: dict[str, str], said: str) -> None:
    assert said in refusal(client, "/tables", {"files": files})


def test_a_name_with_a_script_stays_text(client: TestClient) -> None:
    key = client.post("/tables", json={"files": {"districts.csv": TABLE}}).json()["key"]
    page = client.get("/districts", params={"tables": key}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    run = client.post("/watch/run", json={"tables": key, "draw": 1})
    assert run.headers["content-type"] == "application/json"
    assert run.headers["x-content-type-options"] == "nosniff"
    assert run.json()["districts"][0] == {
        "id": "A1",
        "name": "<script>alert(1)</script>",
        "kind": "district",
        "place": None,
    }
    told = client.post("/watch/told", json={"tables": key, "draw": 1, "district": "A2", "year": 2027}).json()
    assert told["district"] == "Bravo"


def test_a_fault_is_told_in_one_line(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(Sessions, "tables", broken)
    for answer in (client.get("/watch"), client.post("/watch/run", json={}), client.post("/exact", json={})):
        assert answer.status_code == 500
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert FAULT in answer.text
        assert "secret" not in answer.text


def exact(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/exact", json=asked)
    assert answer.status_code == 200
    last: dict[str, Any] = json.loads(answer.text.strip().splitlines()[-1])
    return last


def test_numbers_that_move_are_run_and_what_no_law_has_is_refused(client: TestClient, sessions: Sessions) -> None:
    own = [float(knob["own"]) for knob in sessions.bill("my_bill").knobs]
    written, same = exact(client, bill="my_bill"), exact(client, bill="my_bill", values=own)
    assert written == same
    assert written["draws"] == written["of"] == 16
    more = exact(client, bill="my_bill", values=[own[0], *own[1:-1], 2.0 * own[-1]])
    owed = [found["outcomes"]["owed"]["level"]["FY2027-29"][0] for found in (written, more)]
    assert owed[1] > owed[0] > 0.0
    assert "write 5 numbers" in exact(client, bill="my_bill", values=[1.0])["refused"]
    assert "a number" in exact(client, bill="my_bill", values=[*own[:-1], "9; import os"])["refused"]
    assert "takes_effect" in exact(client, bill="my_bill", values=[own[0], 2027.5, *own[2:]])["refused"]
    assert "is not allowed" in exact(client, bill="my_bill", values=[*own[:-1], -5.0])["refused"]
    assert "is not known" in exact(client, bill="my_bill", scenario="../oil_slump")["refused"]


def test_numbers_are_kept_as_a_bill(client: TestClient, sessions: Sessions) -> None:
    own = [float(knob["own"]) for knob in sessions.bill("my_bill").knobs]
    changed = [2.0 * own[0], *own[1:]]
    kept = client.post("/bills/keep", json={"bill": "my_bill", "values": changed}).json()
    assert exact(client, bill=kept["key"]) == exact(client, bill="my_bill", values=changed)


def test_at_the_same_time_is_as_alone(client: TestClient) -> None:
    asked = [{"bill": bill, "page": f"{bill}{copy}"} for bill in ("my_bill", "aligned") for copy in range(2)]
    alone = [exact(client, **one) for one in asked]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda one: exact(client, **one), asked))
    assert together == alone


def test_what_is_not_waited_for_ends_within_a_year(warm: Warm, sessions: Sessions) -> None:
    desk = Desk(Pages(sessions, ""), Studies(sessions.folder))
    first, other = desk.new({"page": "p"}, "exact"), desk.new({"page": "q"}, "exact")
    assert not first.is_set()
    desk.new({"page": "p"}, "exact")
    assert first.is_set()
    assert not other.is_set()
    with pytest.raises(AbandonedError):
        statewide(warm.start(0), warm.inputs.current_law, find_scenario("baseline"), 3, first)


def test_a_study_is_asked_in_words_that_the_start_knows(warm: Warm, sessions: Sessions) -> None:
    bill, place = sessions.bill("my_bill"), warm.inputs.world.districts.identifier[0]
    asked = studies.explain(warm, bill, {"district": place, "year": 2027, "cluster": ""})
    assert asked.words[0] == "study=explain"
    assert asked.words[2:4] == (f'district="{place}"', "study.years=[2027]")
    for wrong in ({"district": "x draws=1", "year": 2027}, {"district": place, "year": 1999},
                  {"district": place, "year": 2027, "cluster": "hydra.run.dir=/"}):  # fmt: skip
        with pytest.raises(InputError):
            studies.explain(warm, bill, wrong)
    assert "study.scenarios=[baseline,oil_slump]" in studies.stress(warm, [bill], ["oil_slump"]).words
    with pytest.raises(InputError, match="is not known"):
        studies.stress(warm, [bill], ["${oc.env:HOME}"])


def test_a_study_names_what_was_sent_without_its_place() -> None:
    place = "/anywhere/cte-sim-serve-x1/bill-a_b/mine.yaml"
    tables = "world.path=/anywhere/cte-sim-serve-x1/tables-q_7"
    words = ("study=stress", f'study.formulas=["{place}",aligned,{place}]', tables, "draws=4")
    told = Asked(words, "stress.txt").record
    assert told == ("study=stress", 'study.formulas=["mine.yaml",aligned,mine.yaml]', "world.path=tables", "draws=4")


def test_the_start_refuses_in_one_line(tmp_path: Path) -> None:
    for words, said in (
        (["nothing.yaml"], "there is no such file"),
        (["nothing"], "no folder, no bill's file and no shipped formula"),
        ([str(tmp_path)], "holds no comparison and no explorer"),
        (["aligned", "aligned"], "stands twice"),
    ):
        with pytest.raises(InputError, match=said):
            read_given(words, tmp_path)
    with pytest.raises(InputError, match="port: 'x'"):
        listen("127.0.0.1", "x")
    with listen("127.0.0.1", "0") as taken, pytest.raises(InputError, match="cannot be had"):
        listen("127.0.0.1", str(taken.getsockname()[1]))
    with pytest.raises(InputError, match="no address of this computer"):
        listen("not a host", "0")


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small explorer, as the command leaves it."""
    folder = tmp_path_factory.mktemp("explorer")
    small = "design.points=28 explore.fresh=4 explore.points=28 draws=2 horizon=2 seed=7 uncertainty=central workers=1"
    beside = ("explore.scenarios=[oil_slump]", "explore.compared=[aligned]")
    told = called(folder, "explore", str(BILL), *small.split(), *beside, "out=made")
    assert told.returncode == 0, told.stderr
    return folder / "made"


@pytest.mark.slow
def test_an_explorer_that_was_made_is_served_and_its_sliders_are_run_exactly(explorer: Path, tmp_path: Path) -> None:
    pages = ready([str(explorer)], tmp_path)
    assert pages.sessions.own.common == Common(seed=7, horizon=2, uncertainty="central")
    bill, warm = pages.sessions.bill("my_bill"), pages.sessions.own
    assert bill.formula.title == bill.title == "A bill in ten lines"
    desk = Desk(pages, Studies(pages.sessions.folder))
    served = application(desk, hosts("127.0.0.1", 8765))
    with TestClient(
        served, base_url=HERE, raise_server_exceptions=False, headers={TOKEN_HEADER: pages.token}
    ) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert page.text.count('id="exact-run"') == 1
        assert page.text.index('id="explorer"') < page.text.index('id="exact"')
        assert '<script src="/static/explorer.js">' in page.text
        held = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', page.text, re.DOTALL)
        assert held is not None
        content = json.loads(held[1])
        assert content == read_content(explorer)
        emulated = Explorer(content)
        # As written, and at the low end of each slider, the run says what the sliders say, but for draws and error.
        for values in (emulated.own(), [float(knob["low"]) for knob in bill.knobs]):
            found = exact(client, bill="my_bill", values=values)
            assert found["of"] == warm.common.draws
            levels = emulated.at(values).levels()
            for outcome in ("taught", "owed"):
                run = found["outcomes"][outcome]["level"]["FY2027-28"][0]
                assert run == pytest.approx(levels[outcome].mean(), rel=0.08)
            at = bill.at(bill.values(values), warm.inputs, warm.settings)
            wanted = formula_at(explored.bill(), explored.knobs(horizon=2), values)
            assert at.lines == wanted.lines
            assert at.takes_effect == wanted.takes_effect
        low, more = (exact(client, bill="my_bill", values=[*emulated.own()[:-1], amount]) for amount in (450.0, 1350.0))
        assert low["outcomes"]["owed"]["level"]["FY2027-28"][0] < more["outcomes"]["owed"]["level"]["FY2027-28"][0]


@pytest.mark.slow
def test_an_explorer_of_other_tables_is_refused(explorer: Path, tmp_path: Path) -> None:
    content = json.loads((explorer / "explorer.json").read_text(encoding="utf-8"))
    content["provenance"]["data"] = "0" * 64
    other = tmp_path / "other"
    other.mkdir()
    (other / "explorer.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="is of other tables"):
        ready([str(other)], tmp_path)


def test_only_the_loopback_is_served_unless_asked() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.0.2.7")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert hosts("127.0.0.1", 8765) == {"127.0.0.1:8765", "localhost:8765", "[::1]:8765"}
    assert "192.0.2.7:8765" in hosts("192.0.2.7", 8765)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> sim.Runs:
    folder = tmp_path_factory.mktemp("compared")
    return sim.compare(BILL, draws=16, years=3, folder=folder, workers=1, quiet=True, discrepancy=False)


@pytest.mark.slow
def test_an_exact_run_is_the_comparison_to_the_bit(compared: sim.Runs, warm: Warm, sessions: Sessions) -> None:
    state = compared.with_design(compared.state, ["formula", "replicate"])
    later = state[state["fiscal_year"] > warm.inputs.world.base_year]
    formulas = {"my_bill": sessions.bill("my_bill").formula, "status_quo": warm.inputs.current_law}
    for name, formula in formulas.items():
        found = statewide(warm.start(0), formula, find_scenario("baseline"), 3, Event())
        rows = later[later["formula"] == name].sort_values(["replicate", "fiscal_year"])
        for column in COLUMNS:
            assert np.array_equal(rows[column].to_numpy().reshape(16, 3), found[column]), (name, column)
        table = compared.table("first five").loc[name]
        assert shown(found)["taught"].mean() == pytest.approx(table["concentrators_taught"], rel=1e-12)
        assert shown(found)["cost"].mean() == pytest.approx(table["state_cost"], rel=1e-12)


@pytest.mark.slow
def test_what_is_watched_sums_to_what_is_stored(compared: sim.Runs, warm: Warm, sessions: Sessions) -> None:
    draw = 5
    watched = Watch().run(warm, sessions.bill("my_bill").formula, find_scenario("baseline"), draw, Event())
    content = run_content(watched)
    state = compared.with_design(compared.state, ["formula", "replicate"])
    mine = state[(state["formula"] == "my_bill") & (state["replicate"] == draw)].set_index("fiscal_year")
    places = compared.with_design(compared.store.districts, ["formula", "replicate"])
    places = places[(places["formula"] == "my_bill") & (places["replicate"] == draw)]
    for year in content["years"]:
        stored = mine.loc[year["year"]]
        assert sum(year["taught"]) == pytest.approx(stored["concentrators_taught"], abs=0.001 * len(year["taught"]))
        assert sum(year["pathways"]) == stored["pathways"]
        assert sum(sites for *_, sites in year["launched"]) == stored["launches_started"]
        assert sum(sites for *_, sites in year["closed"]) == stored["sites_closed"]
        by_district = places[places["fiscal_year"] == year["year"]].set_index("district")
        taught = by_district["concentrators_taught"].reindex([one["id"] for one in content["districts"]])
        assert np.allclose(taught, year["taught"], atol=0.0006)
        told = district_content(watched, content["districts"][7]["id"], year["year"])
        assert sum(one["taught"] for one in told["clusters"]) == pytest.approx(year["taught"][7], abs=0.8)
        assert told["paid"] == pytest.approx(by_district["paid"].iloc[7], abs=0.51)


@pytest.mark.slow
def test_a_folder_is_served_with_its_page(compared: sim.Runs, tmp_path: Path) -> None:
    pages = ready([str(compared.folder)], tmp_path)
    text = pages.bill({})
    assert "Who gains and who loses" in text
    assert text.count("<h1>A bill in ten lines") == 2
    assert pages.sessions.own.common == Common(horizon=3)
    assert [one.key for one in pages.sessions.named] == ["my_bill"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_the_command_serves_and_ends_cleanly(tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    environment = {**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", "serve", str(BILL), "port=0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stdout.readline().startswith("Reading tables")
            line = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address is not None, line
            with urllib.request.urlopen(address[0], timeout=60) as answer:
                page = answer.read().decode()
            assert "A bill in ten lines" in page
            token = re.search(r'name="page-token" content="([^"]+)"', page)
            assert token is not None
            headers = {"Content-Type": "application/json", "X-Page-Token": token[1]}
            asked = urllib.request.Request(f"{address[0]}explain", headers=headers, method="POST",
                                           data=json.dumps({"district": "3501110", "year": 2027}).encode())  # fmt: skip
            with urllib.request.urlopen(asked, timeout=300) as answer:
                last = json.loads(answer.read().decode().strip().splitlines()[-1])
            assert last["text"].startswith("Gallup-McKinley County Schools (3501110): my_bill beside status_quo")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out.strip(), err) == (0, "Ended.", "")
    assert list(place.iterdir()) == []
