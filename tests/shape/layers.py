"""layers.py - who may include whom: tools/layers.txt, include cycles, and
system headers by folder (tools/system-headers.txt)."""

import fnmatch
import os
import re

import source


def _rows(text):
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line:
            left, right = line.split(":")
            yield left.split(), right.split()


class Layers:
    """What each folder may include, with what those include in turn."""

    def __init__(self, text):
        self.given = {left[0]: right for left, right in _rows(text)}

    def allowed(self, folder):
        """(folders, single headers) that a folder may include."""
        folders, headers, todo = {folder}, set(), list(self.given.get(folder, []))
        while todo:
            name = todo.pop()
            if "/" in name:
                headers.add(name)
            elif name not in folders:
                folders.add(name)
                todo += self.given.get(name, [])
        return folders, headers

    def may(self, folder, header):
        folders, headers = self.allowed(folder)
        return header.split("/")[0] in folders or header in headers


def _folder(path):
    return path.split("/")[1]


def _graph(top):
    """{path below src: [(included name, line)]} of all files of src."""
    graph = {}
    for path in source.files(top, ["src"], (".c", ".h")):
        graph[path[4:]] = [(name, line) for system, name, line
                           in source.includes(source.read(top, path)) if not system]
    return graph


def _reach(graph, start):
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [n for n, _ in graph.get(name, [])]
    return seen


def _complaint(layers, graph, path, name):
    """What is wrong with one include, or None."""
    folder = path.split("/")[0]
    if name == "homestead.h":
        return None if folder in ("lib", "cli") else "only lib and cli see the public header"
    if "/" not in name:
        return 'not written as "folder/header.h"'
    if name not in graph:
        return "no such file in src"
    if not layers.may(folder, name):
        return "%s may not include %s (tools/layers.txt)" % (folder, name.split("/")[0])
    # A single header that is allowed must not drag its folder's layers along.
    for deep in sorted(_reach(graph, name)):
        if "/" in deep and not layers.may(folder, deep):
            return "drags in %s, which %s may not include" % (deep, folder)
    return None


def check_layers(top):
    layers, graph = Layers(source.read(top, "tools/layers.txt")), _graph(top)
    for folder in sorted({p.split("/")[0] for p in graph} - set(layers.given)):
        yield "src/%s: no line in tools/layers.txt" % folder
    for path, included in graph.items():
        for name, line in included:
            wrong = _complaint(layers, graph, path, name)
            if wrong:
                yield 'src/%s:%d: "%s": %s' % (path, line, name, wrong)


def check_table(top):
    """The table itself: a folder includes only folders above it in the file."""
    seen = set()
    for left, right in _rows(source.read(top, "tools/layers.txt")):
        for name in right:
            if name.split("/")[0] not in seen:
                yield "tools/layers.txt: %s: %s stands below it" % (left[0], name)
        seen.add(left[0])


def check_cycles(top):
    graph, done = _graph(top), set()

    def walk(path, trail):
        if path in trail:
            yield "include cycle: " + " -> ".join(trail[trail.index(path):] + [path])
        elif path not in done:
            for name, _ in graph.get(path, []):
                yield from walk(name, trail + [path])
            done.add(path)

    for path in sorted(graph):
        yield from walk(path, [])


def check_public(top):
    """Public headers stand alone."""
    for path in source.files(top, ["include"], (".h",)):
        for system, name, line in source.includes(source.read(top, path)):
            if not system:
                yield '%s:%d: "%s": a public header includes only system headers' % (
                    path, line, name)


class SystemHeaders:
    """The table: patterns of headers, and who may include them: folders,
    single files, @groups defined in the table, or * for all."""

    def __init__(self, text):
        self.groups, self.rows = {}, []
        for left, right in _rows(text):
            if left[0].startswith("@"):
                self.groups[left[0]] = self._expand(right)
            else:
                self.rows.append((left, self._expand(right)))

    def _expand(self, names):
        return {e for n in names for e in self.groups.get(n, [n])}

    def may(self, path, header):
        """path is below src."""
        who = {path, path.split("/")[0], "*"}
        return any(who & allowed and any(fnmatch.fnmatchcase(header, p) for p in patterns)
                   for patterns, allowed in self.rows)


def check_system(top):
    table = SystemHeaders(source.read(top, "tools/system-headers.txt"))
    for path in source.files(top, ["src"], (".c", ".h")):
        for system, name, line in source.includes(source.read(top, path)):
            if system and name != "homestead.h" and not table.may(path[4:], name):
                yield "%s:%d: <%s>: not for %s (tools/system-headers.txt)" % (
                    path, line, name, _folder(path))
