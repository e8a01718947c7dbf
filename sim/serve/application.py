"""The routes: pages, and what pages ask for. Everything long runs elsewhere and ends when it is not waited for."""

import contextlib
import json
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.endings import ending_of
from sim.inputs import InputError
from sim.serve import studies
from sim.serve.exact import exact_runs
from sim.serve.pages import Pages, script
from sim.serve.safety import POLICY_OF_REPORTS, Guard, read_json, refused
from sim.serve.studies import Asked, Studies
from sim.serve.uploads import MOST_OF_A_BILL, MOST_OF_TABLES
from sim.serve.warm import AbandonedError, Warm, find_scenario
from sim.serve.watching import Watch, district_content, run_content

SIMULATING, READING = 2, 4
"""Threads that simulate, each of which takes some hundred megabytes, and those that read files and write pages."""

SMALL = 100_000
"""Bytes of a question."""

Content = Mapping[str, Any]
FAULT = "the program has a fault here; the terminal that it runs in says more"


@dataclass
class Desk:
    """What the routes share: pages, studies, runs that were watched, and what each page has asked last."""

    pages: Pages
    studies: Studies
    watch: Watch = field(default_factory=Watch)
    _asked: dict[tuple[str, str], Event] = field(default_factory=dict)
    _simulating: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(SIMULATING))
    _reading: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(READING))

    def new(self, content: Content, what: str) -> Event:
        """A page asks for something: what it asked before ends. The event says that this has ended in its turn."""
        key = (str(content.get("page", ""))[:80], what)
        if key in self._asked:
            self._asked.pop(key).set()
        stop = self._asked[key] = Event()
        while len(self._asked) > 200:
            self._asked.pop(next(iter(self._asked))).set()
        return stop

    def stop_all(self) -> None:
        """End everything that is under way."""
        for stop in self._asked.values():
            stop.set()

    async def in_thread(self, work: Callable[[], Any]) -> Any:
        """Something short, done beside the others."""
        return await to_thread.run_sync(work, limiter=self._reading, abandon_on_cancel=True)

    async def simulated(self, work: Callable[[], Any]) -> Any:
        """A simulation, done beside the others in its turn."""
        return await to_thread.run_sync(work, limiter=self._simulating, abandon_on_cancel=True)


def application(desk: Desk, hosts: frozenset[str]) -> Guard:
    """The application, for requests that name one of these hosts. The guard is outermost: what tells of a fault has its
    headers too."""

    def page(write: Callable[[Mapping[str, str]], str]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return HTMLResponse(await desk.in_thread(partial(write, dict(request.query_params))))

        return answer

    def question(
        answer: Callable[[Desk, dict[str, Any]], Awaitable[Response]], most: int = SMALL
    ) -> Callable[[Request], Awaitable[Response]]:
        async def asked(request: Request) -> Response:
            return await answer(desk, await read_json(request, most))

        return asked

    async def found(request: Request) -> Response:
        text = desk.studies.page(request.path_params["key"])
        if text is None:
            return PlainTextResponse("This page is not here any more; make it again.", 404)
        return HTMLResponse(text, headers={"content-security-policy": POLICY_OF_REPORTS})

    async def script_of(request: Request) -> Response:
        return Response(script(request.path_params["name"]), media_type="text/javascript")

    @contextlib.asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        yield
        desk.stop_all()

    pages = desk.pages
    routes = [
        Route("/", page(pages.bill)),
        Route("/bad-years", page(pages.bad_years)),
        Route("/districts", page(pages.districts)),
        Route("/watch", page(pages.watch)),
        Route("/yours", page(pages.yours)),
        Route("/static/{name}", script_of),
        Route("/found/{key}", found),
        Route("/exact", question(_exact), methods=["POST"]),
        Route("/stress", question(_stress), methods=["POST"]),
        Route("/explain", question(_explain), methods=["POST"]),
        Route("/district", question(_district), methods=["POST"]),
        Route("/report", question(_report), methods=["POST"]),
        Route("/watch/run", question(_watch_run), methods=["POST"]),
        Route("/watch/told", question(_watch_told), methods=["POST"]),
        Route("/bills", question(_send_bill, MOST_OF_A_BILL + SMALL), methods=["POST"]),
        Route("/bills/keep", question(_keep_bill), methods=["POST"]),
        Route("/tables", question(_send_tables, MOST_OF_TABLES + SMALL), methods=["POST"]),
    ]
    handlers: Mapping[Any, Any] = {InputError: _refuse, Exception: _fault}
    return Guard(Starlette(routes=routes, lifespan=life, exception_handlers=handlers), hosts, pages.token)


async def _refuse(request: Request, error: Exception) -> Response:
    return refused(str(error)) if request.method == "POST" else PlainTextResponse(str(error), 404)


async def _fault(request: Request, error: Exception) -> Response:
    line = _line_of(error)
    return refused(line, 500) if request.method == "POST" else PlainTextResponse(line, 500)


def _line_of(error: BaseException) -> str:
    """What a client is told of an error: one line, which says nothing of the program's inside."""
    told = ending_of(error)
    if told is not None:
        return told.line
    traceback.print_exception(error, file=sys.stderr)
    return FAULT


def _streamed(found: AsyncIterator[Mapping[str, Any]]) -> Response:
    """Answers as they come, one a line; a refusal is the last."""

    async def lines() -> AsyncIterator[str]:
        try:
            async for one in found:
                yield f"{json.dumps(one, allow_nan=False)}\n"
        except AbandonedError:
            return
        except (InputError, OSError, MemoryError, ArithmeticError, ValueError, LookupError, RuntimeError) as error:
            yield f"{json.dumps({'refused': _line_of(error)})}\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def _warm(desk: Desk, content: Content) -> Warm:
    return desk.pages.sessions.tables(content.get("tables"))


async def _exact(desk: Desk, content: dict[str, Any]) -> Response:
    stop, warm = desk.new(content, "exact"), _warm(desk, content)

    def begun() -> Iterator[dict[str, Any]]:
        bill = desk.pages.sessions.bill(content.get("bill"), content.get("tables"))
        formula = bill.at(bill.values(content.get("values")), warm.inputs, warm.settings)
        return exact_runs(warm, formula, find_scenario(content.get("scenario", "baseline")), stop)

    async def parts() -> AsyncIterator[Mapping[str, Any]]:
        try:
            runs = await desk.in_thread(begun)
            while (found := await desk.simulated(partial(next, runs, None))) is not None:
                if stop.is_set():
                    return
                yield found
        finally:
            stop.set()

    return _streamed(parts())


def _study(desk: Desk, content: Content, ask: Callable[[], Asked]) -> Response:
    stop = desk.new(content, "study")

    async def signs() -> AsyncIterator[Mapping[str, Any]]:
        asked = await desk.in_thread(ask)
        async with contextlib.aclosing(desk.studies.run(asked)) as found:
            async for sign in found:
                if stop.is_set():
                    return
                yield sign

    return _streamed(signs())


async def _stress(desk: Desk, content: dict[str, Any]) -> Response:
    warm, sessions = _warm(desk, content), desk.pages.sessions
    bills, scenarios = content.get("bills"), content.get("scenarios")
    if not isinstance(bills, list) or not isinstance(scenarios, list) or len(bills) > studies.MOST_BILLS:
        raise InputError(f"formulas: choose 1 to {studies.MOST_BILLS}")
    return _study(
        desk,
        content,
        lambda: studies.stress(warm, [sessions.bill(key, content.get("tables")) for key in bills], scenarios),
    )


async def _explain(desk: Desk, content: dict[str, Any]) -> Response:
    warm, sessions = _warm(desk, content), desk.pages.sessions
    return _study(
        desk,
        content,
        lambda: studies.explain(warm, sessions.bill(content.get("bill"), content.get("tables")), content),
    )


async def _district(desk: Desk, content: dict[str, Any]) -> Response:
    warm, sessions = _warm(desk, content), desk.pages.sessions
    return _study(
        desk,
        content,
        lambda: studies.district(warm, sessions.bill(content.get("bill"), content.get("tables")), content),
    )


async def _report(desk: Desk, content: dict[str, Any]) -> Response:
    warm, sessions = _warm(desk, content), desk.pages.sessions
    return _study(
        desk, content, lambda: studies.report(warm, [sessions.bill(content.get("bill"), content.get("tables"))])
    )


async def _watch_run(desk: Desk, content: dict[str, Any]) -> Response:
    stop = desk.new(content, "watch")
    try:
        return JSONResponse(await desk.simulated(lambda: run_content(_watched(desk, content, stop))))
    except AbandonedError:
        return refused("something else was asked since")
    finally:
        stop.set()


async def _watch_told(desk: Desk, content: dict[str, Any]) -> Response:
    def told() -> dict[str, Any]:
        watched = _watched(desk, content, Event())
        return district_content(watched, content.get("district"), content.get("year"))

    return JSONResponse(await desk.simulated(told))


def _watched(desk: Desk, content: Content, stop: Event) -> Any:
    warm = _warm(desk, content)
    bill = desk.pages.sessions.bill(content.get("bill"), content.get("tables"))
    scenario = find_scenario(content.get("scenario", "baseline"))
    return desk.watch.run(warm, bill.formula, scenario, content.get("draw", 0), stop)


async def _send_bill(desk: Desk, content: dict[str, Any]) -> Response:
    bill = await desk.in_thread(partial(desk.pages.sessions.send_bill, content))
    return JSONResponse({"key": bill.key, "title": bill.title, "said": f"{bill.title}."})


async def _keep_bill(desk: Desk, content: dict[str, Any]) -> Response:
    def keep() -> Any:
        sessions, warm = desk.pages.sessions, _warm(desk, content)
        bill = sessions.bill(content.get("bill"), content.get("tables"))
        values = bill.values(content.get("values"))
        bill.at(values, warm.inputs, warm.settings)
        text, name = bill.text(values), f"{bill.formula.name}_explored"
        return sessions.send_bill({"tables": content.get("tables"), "name": name, "text": text})

    bill = await desk.in_thread(keep)
    return JSONResponse({"key": bill.key, "title": bill.title, "said": f"{bill.title}."})


async def _send_tables(desk: Desk, content: dict[str, Any]) -> Response:
    key, warm = await desk.simulated(partial(desk.pages.sessions.send_tables, content))
    world = warm.inputs.world
    given = ", ".join(sorted(content["files"]))
    title = f"Mine ({len(world.districts)} districts)"
    said = f"{given}: {len(world.districts)} districts, {world.districts.membership.sum():,.0f} members in grades 9-12."
    return JSONResponse({"key": key, "title": title, "said": said})
