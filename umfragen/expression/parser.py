"""A Pratt parser: from tokens to the tree. Precedence is ExpressionScript's, loosest first:
`,` · or · and · == != · < <= > >= · + - · * / · ! - +"""

from functools import lru_cache

from umfragen.expression.nodes import Binary, Call, Name, Node, Num, Sequence, Str, Unary
from umfragen.expression.tokens import Kind, Mistake, Token, tokenize

MAX_DEPTH = 40

POWER = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
PREFIXES = frozenset("!-+")


@lru_cache(maxsize=4_096)
def parse(source: str) -> Node:
    """The tree, names not yet looked up. Raises Mistake with the place of the first fault."""
    return _Parser(tokenize(source)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def whole(self) -> Node:
        if len(self.tokens) == 1:
            raise Mistake("Hier steht noch nichts.", (0, self.token.end))
        node = self.sequence()
        if self.at < len(self.tokens) - 1:
            raise self.unexpected()
        return node

    def sequence(self) -> Node:
        members = [self.expression(0)]
        while self.token.kind is Kind.COMMA:
            self.take()
            members.append(self.expression(0))
        if len(members) == 1:
            return members[0]
        return Sequence(members[0].start, members[-1].end, tuple(members))

    def expression(self, power: int) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Mistake("Dieser Ausdruck ist zu tief verschachtelt.", self.place())
        left = self.operand()
        while self.token.kind is Kind.SIGN and POWER.get(self.token.text, 0) > power:
            sign = self.take().text
            right = self.expression(POWER[sign])
            left = Binary(left.start, right.end, sign, left, right)
        self.depth -= 1
        return left

    def operand(self) -> Node:
        token = self.take()
        match token.kind:
            case Kind.NUMBER:
                return Num(token.start, token.end, float(token.text))
            case Kind.STRING:
                return Str(token.start, token.end, token.text)
            case Kind.NAME if self.token.kind is Kind.OPEN:
                return self.call(token)
            case Kind.NAME:
                return Name(token.start, token.end, token.text)
            case Kind.OPEN:
                node = self.sequence()
                self.close(token)
                return node
            case Kind.SIGN if token.text in PREFIXES:
                operand = self.prefixed()
                return Unary(token.start, operand.end, token.text, operand)
        self.at -= 1
        raise self.unexpected()

    def prefixed(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Mistake("Dieser Ausdruck ist zu tief verschachtelt.", self.place())
        operand = self.operand()
        self.depth -= 1
        return operand

    def call(self, name: Token) -> Node:
        opened = self.take()
        args: list[Node] = []
        while self.token.kind is not Kind.CLOSE:
            args.append(self.expression(0))
            if self.token.kind is not Kind.COMMA:
                break
            self.take()
        return Call(name.start, self.close(opened).end, name.text, tuple(args))

    def close(self, opened: Token) -> Token:
        if self.token.kind is not Kind.CLOSE:
            raise Mistake("Zu dieser Klammer fehlt die schließende.", (opened.start, opened.end))
        return self.take()

    def place(self) -> tuple[int, int]:
        return self.token.start, max(self.token.end, self.token.start + 1)

    def unexpected(self) -> Mistake:
        if self.token.kind is Kind.END:
            return Mistake("Der Ausdruck ist hier noch nicht zu Ende.", self.place())
        if self.token.kind is Kind.CLOSE:
            return Mistake("Zu dieser Klammer fehlt die öffnende.", self.place())
        return Mistake(
            "„%(word)s“ ist an dieser Stelle nicht möglich.", self.place(), word=self.token.text
        )
