"""Do the documents name only commands, settings and states that there are?"""

import re
import shlex
from datetime import timedelta

import rich_click as click

import federation.cli
import tenants.cli
from federation.accounts.models import SecurityEventKind
from federation.directory.standing import SILENCE, StandingState
from sync.errors import Rejected
from sync.settings import PREFIX, SECURITY_DAYS, SHORTEST_SECURITY_DAYS, WireSettings
from tests.architecture.source import PACKAGES, ROOT, files

DOCUMENTS = {str(path.relative_to(ROOT)): path.read_text() for path in files() if path.suffix == ".md"}
CODE = "".join(path.read_text() for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES)
OPERATING = DOCUMENTS["docs/operating.md"]

_PROGRAMS: dict[str, click.Command] = {"hub": federation.cli.main, "district": tenants.cli.main}
_CALLS = re.compile(r"banyan-(hub|district)((?: +[a-z][a-z-]*)+)")


def _calls() -> set[tuple[str, str, str]]:
    """Each command that stands somewhere as code: the document, the program, and the words behind it."""
    return {
        (name, program, words)
        for name, text in DOCUMENTS.items()
        for block, span in re.findall(r"```sh\n(.*?)```|```.*?```|`([^`]+)`", text, re.S)
        for program, words in _CALLS.findall(block or " ".join(span.split()))
    }


def _is_known(program: str, words: str) -> bool:
    command = _PROGRAMS[program]
    for word in words.split():
        if not isinstance(command, click.Group):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True


def test_every_command_that_a_document_names_exists() -> None:
    calls = _calls()
    assert len(calls) > 40
    assert {call for call in calls if not _is_known(*call[1:])} == set()


def _incidents() -> list[str]:
    """Each command of the run-books for incidents, as somebody would type it."""
    text = OPERATING.partition("## Incidents")[2].partition("\n## ")[0]
    return [span for span in (" ".join(one.split()) for one in re.findall(r"`([^`]+)`", text)) if _CALLS.match(span)]


def test_the_run_books_for_incidents_use_each_command_as_it_is() -> None:
    calls = _incidents()
    assert len(calls) > 30
    for call in calls:
        program, *words = shlex.split(call)
        command = _PROGRAMS[program.removeprefix("banyan-")]
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        context = click.Context(command)
        given, left_over, _ = command.make_parser(context).parse_args(words)
        assert left_over == [], call
        for parameter in command.params:
            if isinstance(value := given.get(parameter.name or ""), str):
                parameter.type.convert(value, parameter, context)


def test_the_run_books_name_security_events_that_there_are() -> None:
    kinds = set(re.findall(r"--kind (\w+)", OPERATING))
    assert len(kinds) > 3
    assert kinds <= set(SecurityEventKind)


def test_every_setting_that_a_document_names_exists() -> None:
    named = {(name, setting) for name, text in DOCUMENTS.items() for setting in re.findall(rf"{PREFIX}([A-Z_]+)", text)}
    assert len(named) > 40
    assert {one for one in named if f'"{one[1].removesuffix("_FILE")}"' not in CODE and f'"{one[1]}"' not in CODE} == set()


def test_operating_has_a_heading_for_each_state() -> None:
    headings = re.findall(r"^### (.*)$", OPERATING, re.M)
    assert {state for heading in headings for state in re.findall(r"`(\w+)`", heading)} == set(StandingState)


def test_operating_names_refusals_that_there_are() -> None:
    codes = set(re.findall(r"`([a-z_]+)`", OPERATING.partition("### Quarantined")[2].partition("### Suspended")[0]))
    assert codes
    assert codes <= {refusal.code for refusal in Rejected.__subclasses__()}


def test_figures_of_operating_are_those_of_the_code() -> None:
    assert f"| `BANYAN_KEEP_DAYS` | {WireSettings.keep_days} |" in OPERATING
    assert f"| `BANYAN_SECURITY_DAYS` | {SECURITY_DAYS} |" in OPERATING
    assert f"{SHORTEST_SECURITY_DAYS} at least" in OPERATING
    assert timedelta(minutes=5) == SILENCE
    assert "For five minutes no message" in OPERATING
