"""Names in an expression become variables; what cannot be resolved is told, not raised."""

from dataclasses import dataclass, field
from difflib import get_close_matches

from umfragen.definition.questions import AnyQuestion
from umfragen.engine.variables import Names, Variable
from umfragen.expression import Many, Mistake, Name, Node, Ref, children, rebuilt

VALUE = {"", "NAOK", "code", "valueNAOK", "value", "shown", "relevanceStatus", "question"}
"""Attributes a name may have. Here NAOK changes nothing: hidden items are always empty."""

SAME_AS = {"NAOK": "", "code": "", "valueNAOK": "value"}
SELECTORS = {"comments", "nocomments"}


@dataclass
class Resolver:
    """`owner`: the question `self` means; `this`: its part that is being checked."""

    names: Names
    owner: AnyQuestion | None = None
    this: Variable | None = None
    mistakes: list[Mistake] = field(default_factory=list)

    def resolve(self, node: Node) -> Node:
        if isinstance(node, Name):
            return self._name(node)
        return rebuilt(node, tuple(self.resolve(child) for child in children(node)))

    def _name(self, node: Name) -> Node:
        words = list(node.words)
        attribute = ""
        while len(words) > 1 and words[-1] in VALUE:
            attribute = words.pop()
        attribute = SAME_AS.get(attribute, attribute)
        variables = self._variables(node, words)
        refs = tuple(Ref(node.start, node.end, found.id, attribute) for found in variables)
        if len(refs) == 1:
            return refs[0]
        return Many(node.start, node.end, refs) if refs else node

    def _variables(  # noqa: PLR0911 - one per way to name something
        self, node: Name, words: list[str]
    ) -> tuple[Variable, ...]:
        if words[0] == "this":
            return self._this(node, words)
        if words[0] == "self":
            return self._of(node, self.owner, words[1:])
        if words[0] == "that":
            question = self.names.questions.get(words[1]) if len(words) > 1 else None
            return self._of(node, question, words[2:])
        if len(words) > 1:
            return self._refuse(
                Mistake("Den Zusatz „.%(word)s“ kennen wir nicht.", node.span, word=words[1])
            )
        found = self.names.by_name.get(words[0])
        if found is not None:
            return (found,)
        if words[0] in self.names.questions:
            return self._of(node, self.names.questions[words[0]], [])
        return self._refuse(self._unknown(node, words[0]))

    def _this(self, node: Name, words: list[str]) -> tuple[Variable, ...]:
        if self.this is not None and len(words) == 1:
            return (self.this,)
        return self._refuse(Mistake("„this“ gibt es nur in der Prüfung einer Frage.", node.span))

    def _of(
        self, node: Name, question: AnyQuestion | None, selectors: list[str]
    ) -> tuple[Variable, ...]:
        """All variables of a question, or those a selector picks: `sq_X` means parts with X."""
        if question is None:
            return self._refuse(self._unknown(node, node.words[min(1, len(node.words) - 1)]))
        found = list(self.names.by_question[question.key])
        for word in selectors:
            if word in SELECTORS:
                found = [one for one in found if one.is_remark is (word == "comments")]
            elif word.startswith("sq_"):
                found = [one for one in found if word[3:] in one.name[len(question.name) :]]
            else:
                return self._refuse(
                    Mistake("Den Zusatz „.%(word)s“ kennen wir nicht.", node.span, word=word)
                )
        if not found:
            return self._refuse(
                Mistake("„%(name)s“ hat keine Antworten.", node.span, name=node.text)
            )
        return tuple(found)

    def _unknown(self, node: Name, name: str) -> Mistake:
        known = [*self.names.by_name, *self.names.questions]
        near = get_close_matches(name, known, n=1)
        near = near or [other for other in known if other.casefold() == name.casefold()][:1]
        if near:
            return Mistake(
                "„%(name)s“ gibt es nicht. Meinten Sie „%(near)s“?",
                node.span,
                name=name,
                near=near[0],
            )
        return Mistake("„%(name)s“ gibt es in dieser Umfrage nicht.", node.span, name=name)

    def _refuse(self, mistake: Mistake) -> tuple[Variable, ...]:
        self.mistakes.append(mistake)
        return ()
