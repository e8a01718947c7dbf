"""What a command line asks for, carried out: a look at what there is, one study, or several.

What composes settings and carries out a study is imported when there is one: help and lists do not wait for it.
"""

from collections.abc import Sequence
from pathlib import Path

from sim.arguments import Arguments
from sim.inputs import InputError
from sim.verbs.words import Command, refuse_further, understood


def carry_out(arguments: Arguments) -> list[Exception]:
    """Do what was asked for; what ended some of the jobs of a multirun. Raises what ends a single study."""
    if arguments.does == "completion":
        _complete(arguments)
        return []
    own_folder = arguments.config_dir
    command = understood(arguments.words, own_folder, multirun=arguments.does == "multirun")
    if arguments.does == "version":
        look("version", [])
    elif arguments.does == "help":
        from sim.setting_words import read_words

        read_words(command.settings)  # a word that may not be written is told here too
        look("help", [command.verb.name] if command.verb is not None else [])
    elif arguments.does == "show":
        _show(command, own_folder)
    elif command.verb is not None and command.verb.study is None:
        refuse_further(command)
        look(command.verb.name, command.named, command.settings)
    elif command.several:
        from sim.job import record_of
        from sim.multirun import run_all

        record = record_of(arguments.words, own_folder, multirun=arguments.does == "multirun")
        return run_all(command.settings, own_folder, record)
    else:
        _run(command.settings, own_folder, arguments.words)
    return []


def _run(settings: Sequence[str], own_folder: Path | None, words: Sequence[str]) -> None:
    from sim.composition import compose
    from sim.job import record_of, run_job
    from sim.latest import note_latest
    from sim.run_folder import RunFolder

    composed = compose(settings, own_folder)
    folder = Path.cwd() / composed.folder("run.dir")
    record = record_of(words, own_folder)
    written = run_job(composed, RunFolder(folder, "", composed.names_its_folder("run.dir"), record))
    if written is not None:
        note_latest(written)


def _show(command: Command, own_folder: Path | None) -> None:
    import yaml

    from sim.composition import compose

    _refuse_to_show(command)
    print(yaml.safe_dump(compose(command.settings, own_folder).plain, sort_keys=False, allow_unicode=True), end="")


def _refuse_to_show(command: Command) -> None:
    if command.several or (command.verb is not None and command.verb.study is None):
        raise InputError("-c job: shows the settings of one study; name one")


def look(verb: str, named: Sequence[str], settings: Sequence[str] = ()) -> None:
    """Carry out a verb that is no study, with the words and settings behind it. Raises InputError, one line."""
    if verb == "help":
        from sim.verbs.help import topic_text

        print(topic_text(named[0] if named else None))
    elif verb == "version":
        from sim.verbs.listing import version_text

        print(version_text())
    elif verb == "list":
        from sim.verbs.listing import list_text

        what, part = (*named, "")[:2]
        print(list_text(what, part, dict(setting.split("=", 1) for setting in settings).get("world")))
    elif verb == "new":
        from sim.verbs.new_bill import write_new_bill

        print(write_new_bill(Path(named[0])))
    elif verb == "serve":
        from sim.serve.server import serve

        serve(named, dict(setting.split("=", 1) for setting in settings))
    elif verb == "verify":
        from sim.verbs.verifying import verify_folder

        print(verify_folder(Path(named[0])))
    else:
        from sim.verbs.opening import open_folder

        print(open_folder(Path(named[0]) if named else None))


def _complete(arguments: Arguments) -> None:
    """What a shell asks for while the user types (``cte-sim -sc install=bash`` sets it up)."""
    from sim.verbs.completion import complete

    complete(arguments.words, arguments.config_dir)
