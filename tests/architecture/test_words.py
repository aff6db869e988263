"""Does the project speak only of itself?"""

import re

from tests.architecture.source import ROOT, files

# Each is written so that it does not find itself here.
FORBIDDEN = {
    "a number of some tracker": re.compile(r"\b(?:issue|ticket|bug|PR) ?#?\d+\b|(?<![\w&/(])#\d+\b(?!;)", re.I),
    "work that was put off": re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b"),
    "a path of somebody's machine": re.compile(r"(?<![\w.$}])/(?:work|home/\w+|root|Users/\w+)/"),
    "a package index": re.compile(r"--(?:extra-)?index-ur[l]\b|https?://\S*(?:/simple/|\.whl|pypi\.org)"),
}
# Not in our words.
AS_THEY_CAME = ("LICENSE", "demo/registers/")


def _texts() -> dict[str, str]:
    texts = {}
    for path in files():
        name = str(path.relative_to(ROOT))
        if not name.startswith(AS_THEY_CAME):
            try:
                texts[name] = path.read_text()
            except UnicodeDecodeError:
                continue
    return texts


TEXTS = _texts()
DOCUMENTS = {name: text for name, text in TEXTS.items() if name.endswith(".md")}


def test_no_file_names_what_is_not_the_project_s() -> None:
    found = {
        name: f"{what}: {match.group()}"
        for name, text in TEXTS.items()
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(text))
    }
    assert found == {}


def test_every_target_of_make_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", TEXTS["Makefile"], re.M))
    named = {(name, target) for name, text in DOCUMENTS.items() for target in re.findall(r"\bmake ([a-z-]+)`", text)}
    assert {(name, target) for name, target in named if target not in targets} == set()


def test_every_file_that_a_document_links_to_exists() -> None:
    links = {
        (name, link) for name, text in DOCUMENTS.items() for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    }
    assert {(name, link) for name, link in links if not (ROOT / name).parent.joinpath(link).exists()} == set()
