"""The rules as the browser works them out: static/js/survey-rules.js, run by Node, line by line."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RULES = Path(__file__).parents[2] / "static" / "js" / "survey-rules.js"
NODE = shutil.which("node")
BRIDGE = """
import readline from "node:readline";
const rules = await import(process.argv[1]);
const answer = {
  value: ({ node, values }) => rules.textOf(rules.evaluate(node, (id) => values[id] ?? "")),
  kind: ({ node, values }) => typeof rules.evaluate(node, (id) => values[id] ?? ""),
  shown: ({ rules: given, fields }) => rules.applyRules(given, (name) => fields[name] ?? []),
};
for await (const line of readline.createInterface({ input: process.stdin })) {
  let found;
  try {
    const asked = JSON.parse(line);
    found = answer[asked.ask](asked) ?? null;
  } catch (error) {
    found = { error: error.stack };
  }
  process.stdout.write(JSON.stringify(found) + "\\n");
}
"""


class NodeRules:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, what: str, **given: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"ask": what, **given}) + "\n")
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline())
        assert not (isinstance(found, dict) and "error" in found), found["error"]
        return found


@contextmanager
def node_rules() -> Iterator[NodeRules]:
    assert NODE is not None
    with subprocess.Popen(
        [NODE, "--input-type=module", "--eval", BRIDGE, RULES.as_uri()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield NodeRules(process)
        finally:
            process.kill()
