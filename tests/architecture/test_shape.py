"""Does each module keep the rules that no linter knows?"""

import ast

from tests.architecture.source import PACKAGES, PROGRAMS, modules

MODULES = {name: tree for name, tree in modules(*PROGRAMS, "tests") if tree.body and "/migrations/versions/" not in name}
OURS = {name: tree for name, tree in MODULES.items() if name.startswith(tuple(f"{package}/" for package in PACKAGES))}

LARGEST_LINES = 400

# The outermost callers: a request, a command, a message. Each of them commits once.
COMMITS = (
    "api/",
    "admin/",
    "federation/cli",
    "federation/accounts/account_commands",
    "federation/accounts/commands",
    "federation/directory/commands",
    "federation/identity/key_commands",
    "federation/identity/link_commands",
    "federation/identity/matching_commands",
    "federation/ledger/person_commands",
    "federation/people/staff_commands",
    "federation/sso/commands",
    "federation/sso/keys/commands",
    "tenants/cli",
    "tenants/joining/commands",
    "tenants/organizations/commands",
    "tenants/sso/commands",
    "tenants/staff/commands",
    "tenants/registrations/commands",
    "sync/programs/field_keys.py",  # a command of either side
    "tenants/imports/uploads/working.py",  # nobody waits for it: each chunk of a register is a transaction of its own
    "sync/carriers/embedded.py",  # it removes what was consumed from the bus's own file, in which nothing of either side's is
)

FLASK_GLOBALS = {"request", "session", "g", "current_app"}


def test_a_module_begins_with_the_question_that_it_answers() -> None:
    first_lines = {name: (ast.get_docstring(tree) or "").partition("\n")[0] for name, tree in MODULES.items()}
    assert [name for name, line in first_lines.items() if not line.endswith("?")] == []


def test_no_module_is_too_large_to_read() -> None:
    sizes = {name: tree.body[-1].end_lineno or 0 for name, tree in OURS.items()}
    assert {name: lines for name, lines in sizes.items() if lines > LARGEST_LINES} == {}


def test_only_the_outermost_caller_commits() -> None:
    commits = {
        f"{name}:{node.lineno}"
        for name, tree in OURS.items()
        for node in ast.walk(tree)
        if not name.startswith(COMMITS)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    assert commits == set()


def test_nothing_below_the_faces_knows_of_a_request() -> None:
    knows = {
        name
        for name, tree in OURS.items()
        for node in ast.walk(tree)
        if name.startswith(("sync/", "federation/", "tenants/"))
        if isinstance(node, ast.ImportFrom) and node.module == "flask"
        if FLASK_GLOBALS & {alias.name for alias in node.names}
    }
    assert knows == set()
