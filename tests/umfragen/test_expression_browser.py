"""The browser's evaluator says what the server's says, for every expression and every answer."""

import re
import subprocess
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.umfragen.expressions import expressions, resolved, values
from tests.umfragen.node_rules import NODE, RULES, NodeRules, node_rules
from umfragen.expression import Value, evaluate, text_of, wire

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed here")

ESBUILD = RULES.parents[2] / "node_modules" / "esbuild"
TYPES = {str: "string", bool: "boolean", int: "number", float: "number"}


@pytest.fixture(scope="module")
def node() -> Iterator[NodeRules]:
    with node_rules() as rules:
        yield rules


@settings(deadline=None, max_examples=250)
@given(expressions(), st.dictionaries(st.sampled_from("abcd"), values()))
@example("round(a, 9)", {"a": 123456789.125})
@example("a > 'x' + 'y'", {"a": "xz"})
@example("a < b", {"a": "🚲", "b": "\ufb00"})
def test_browser_and_server_agree(
    node: NodeRules, source: str, answers: Mapping[str, Value]
) -> None:
    tree = resolved(source)
    found = evaluate(tree, lambda ref: answers.get(ref.id, ""))

    assert node.ask("value", node=wire(tree), values=dict(answers)) == text_of(found)
    assert node.ask("kind", node=wire(tree), values=dict(answers)) == TYPES[type(found)]


@pytest.mark.skipif(not ESBUILD.exists(), reason="the packages of the front end are not here")
def test_the_browser_loads_less_than_six_kilobytes() -> None:
    script = (
        "const { transformSync } = require(process.argv[1]);"
        "const source = require('fs').readFileSync(process.argv[2], 'utf8');"
        "const { code } = transformSync(source, { minify: true, format: 'esm' });"
        "console.log(Buffer.byteLength(code));"
    )
    command = ["node", "--eval", script, str(ESBUILD), str(RULES)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)

    assert 2_000 < int(found.stdout) < 6_000
    assert not re.search(r"\beval\(|\bFunction\(", RULES.read_text(encoding="utf-8"))
