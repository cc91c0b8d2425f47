"""A JSON parser and printer: a document of size records is read, printed, read and printed again."""
import sys
import time


class Parser:
    def __init__(self, text):
        self.text = text
        self.position = 0

    def fail(self, message):
        raise ValueError(f"json: {message} at {self.position}")

    def peek(self):
        return self.text[self.position]

    def skip_space(self):
        text = self.text
        i = self.position
        while text[i] == " ":
            i += 1
        self.position = i

    def expect(self, wanted):
        if self.peek() != wanted:
            self.fail("expected " + wanted)
        self.position += 1

    def value(self):
        self.skip_space()
        c = self.peek()
        if c == "{":
            return self.object()
        if c == "[":
            return self.array()
        if c == '"':
            return self.quoted()
        if c == "t":
            self.position += 4
            return 1
        if c == "f":
            self.position += 5
            return 0
        if c == "n":
            self.position += 4
            return None
        return self.number()

    def number(self):
        text = self.text
        start = self.position
        i = start
        if text[i] == "-":
            i += 1
        c = text[i]
        while "0" <= c <= "9" or c == ".":
            i += 1
            c = text[i]
        if i == start:
            self.fail("expected a value")
        self.position = i
        return float(text[start:i])

    def quoted(self):
        text = self.text
        start = self.position + 1
        i = start
        parts = []
        c = text[i]
        while c != '"':
            if c == "\\":
                parts.append(text[start:i])
                escape = text[i + 1]
                if escape == "n":
                    parts.append("\n")
                elif escape == "t":
                    parts.append("\t")
                else:
                    parts.append(escape)
                i += 2
                start = i
            else:
                i += 1
            c = text[i]
        parts.append(text[start:i])
        self.position = i + 1
        return "".join(parts)

    def array(self):
        items = []
        self.expect("[")
        self.skip_space()
        if self.peek() == "]":
            self.position += 1
            return items
        while True:
            items.append(self.value())
            self.skip_space()
            if self.peek() != ",":
                break
            self.position += 1
        self.expect("]")
        return items

    def object(self):
        members = {}
        self.expect("{")
        self.skip_space()
        if self.peek() == "}":
            self.position += 1
            return members
        while True:
            self.skip_space()
            key = self.quoted()
            self.skip_space()
            self.expect(":")
            members[key] = self.value()
            self.skip_space()
            if self.peek() != ",":
                break
            self.position += 1
        self.expect("}")
        return members


def quote(text):
    text = text.replace("\\", "\\\\")
    text = text.replace('"', '\\"')
    text = text.replace("\n", "\\n")
    text = text.replace("\t", "\\t")
    return '"' + text + '"'


def write(value, parts):
    """Appends the printed form of a value to the list of parts, members in key order."""
    if isinstance(value, str):
        parts.append(quote(value))
    elif isinstance(value, (int, float)):
        parts.append(format(value, ".14g"))
    elif value is None:
        parts.append("null")
    elif isinstance(value, list):
        parts.append("[")
        separator = ""
        for item in value:
            parts.append(separator)
            write(item, parts)
            separator = ","
        parts.append("]")
    else:
        parts.append("{")
        separator = ""
        for key in sorted(value):
            parts.append(separator + quote(key) + ":")
            write(value[key], parts)
            separator = ","
        parts.append("}")


def printed(value):
    parts = []
    write(value, parts)
    return "".join(parts)


def parsed(text):
    return Parser(text).value()


def make_document(size):
    records = []
    seed = 11
    for i in range(1, size + 1):
        seed = seed * 16807 % 2147483647
        records.append(
            '{"name": "user ' + str(i) + '", "id": ' + str(seed) + ', "score": -' + str(seed % 1000) + ".25, "
            '"tags": ["a\\nb", "say \\"hi\\"", "back\\\\slash"], "active": true, "parent": null, '
            '"place": {"x": ' + str(i % 37) + ', "y": [1, 2, [3, ' + str(i % 5) + ']], "empty": [0]}}'
        )
    return "[" + ", ".join(records) + "]"


def run(size):
    document = make_document(size)
    first = printed(parsed(document))
    second = printed(parsed(first))
    if first != second:
        return -1
    h = 7
    for c in first:
        h = (h * 31 + ord(c)) % 1000000007
    return h * 1000 + len(first) % 1000


def main(iters=10, size=1250):
    checksum = None
    for k in range(1, int(iters) + 1):
        started = time.perf_counter()
        result = run(int(size))
        elapsed = time.perf_counter() - started
        print(f"iter {k} {elapsed:.6f}")
        if checksum is not None and result != checksum:
            sys.exit(f"checksum changed from {checksum} to {result}")
        checksum = result
    print(f"checksum {checksum}")


main(*sys.argv[1:])
