"""plant.py SEED COUNT OUT: draws COUNT single errors from the clinical, archive, network and delivery code and writes them, each
behind a switch, into the tree it is run in (a copy). OUT gets the list. Needs build/release/compile_commands.json.

plant.py LIST.json COUNT OUT: the errors that somebody wrote, at most COUNT of them: "file", "old" (once in it, a whole expression or
whole statements), "form" ("expr" or "stmt"), "new", "what" (whom it harms).

plant.py --drop LOG OUT: takes back those of OUT whose lines the compiler refused in LOG.

Kinds: N a condition turned round, L one side of && or || left out, B the bound of a comparison moved or == for !=, A plus for
minus and times for by, S a statement left out, K a number changed, T true for false.
"""
import collections
import json
import os
import random
import re
import shlex
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import clang.cindex as clang
from clang.cindex import CursorKind as Kind

clang.Config.set_library_file('/usr/lib/llvm-16/lib/libclang-16.so.1')
ROOMS = ['netclient/' + room for room in ('archive', 'transfer', 'hl7', 'dicom', 'dimse', 'dicomweb')] + \
        ['viewer/' + room for room in ('volume', 'slice', 'figures', 'decode')] + \
        ['reporting/' + room for room in ('model', 'store', 'export', 'templates')] + ['app/session']
DECODER_PROCESS = 'viewer/decode/decoder_process.cpp'
WEIGHTS = {'N': 5, 'L': 4, 'S': 4, 'B': 3, 'A': 3, 'K': 2, 'T': 1}
COMPARISONS = {'<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '=='}
ARITHMETIC = {'+': '-', '-': '+', '*': '/', '/': '*'}
NUMBERS = ('INT', 'UINT', 'LONG', 'ULONG', 'LONGLONG', 'ULONGLONG', 'SHORT', 'USHORT', 'CHAR_S', 'UCHAR', 'SCHAR', 'FLOAT', 'DOUBLE')
FUNCTIONS = (Kind.FUNCTION_DECL, Kind.CXX_METHOD, Kind.CONSTRUCTOR, Kind.VAR_DECL, Kind.FUNCTION_TEMPLATE)


def arguments(command):
    """Of a compiler call of GCC's, what libclang understands."""
    words, kept = iter(shlex.split(command['command'])[1:]), []
    for word in words:
        if word in ('-o', '-MF', '-MT', '-MQ', '-include'): # no precompiled header of GCC's
            next(words)
        elif word.startswith('-std='):
            kept.append('-std=c++2b')
        elif word not in ('-c', '-MD', '-MMD', command['file']) and not word.startswith('-W'):
            kept.append(word)
    return kept + ['-U__cpp_concepts', '-D__cpp_concepts=202002L', '-Wno-everything', '-DITK_COMPILER_DETECTION_H', '-DITK_NOEXCEPT=noexcept']


def errors_of(command):
    """Every place of a file where a single error fits: kind, offsets, line, and the text that takes its place ({on}, {old})."""
    path = command['file']
    with open(path, 'rb') as file:
        source = file.read()
    unit = clang.Index.create().parse(path, args=arguments(command))
    found = []

    def text(start, end):
        return source[start:end].decode('utf-8', 'replace')

    def add(kind, start, end, new):
        found.append({'file': os.path.relpath(path), 'kind': kind, 'start': start, 'end': end, 'line': source[:start].count(b'\n') + 1,
                      'old': text(start, end), 'new': new})

    def is_here(node):
        return node.extent.start.file is not None and node.extent.start.file.name == path

    def span(node):
        return node.extent.start.offset, node.extent.end.offset

    def is_number(node):
        return node.type.get_canonical().kind.name in NUMBERS

    def condition(node, children):
        for child in children[:2]:
            if child.kind.is_expression():
                start, end = span(child)
                if source[:start].rstrip()[-1:] in (b'(', b';') and source[end:].lstrip()[:1] == b')':
                    add('N', start, end, '({on} != static_cast<bool>({old}))')
                return

    def binary(node, left, right):
        (start, middle), (behind, end) = span(left), span(right)
        between = re.fullmatch(r'\s*([<>=!+\-*/|&]+)\s*', text(middle, behind)) if middle < behind else None
        operator = between.group(1) if between else None
        a, b = text(start, middle), text(behind, end)
        if operator in ('&&', '||'):
            add('L', start, end, '({on} ? static_cast<bool>(%s) : ({old}))' % a)
            add('L', start, end, '({on} ? static_cast<bool>(%s) : ({old}))' % b)
        elif operator in ('==', '!=') or operator in COMPARISONS and is_number(left):
            add('B', start, end, '({on} ? (%s %s %s) : ({old}))' % (a, COMPARISONS[operator], b))
        elif operator in ARITHMETIC and is_number(left) and is_number(right):
            add('A', start, end, '({on} ? (%s %s %s) : ({old}))' % (a, ARITHMETIC[operator], b))

    def statements(children):
        for child in children:
            inner = child
            while inner.kind == Kind.UNEXPOSED_EXPR and len(list(inner.get_children())) == 1:
                inner = next(inner.get_children())
            start, end = span(child)
            if inner.kind in (Kind.CALL_EXPR, Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.UNARY_OPERATOR) and is_here(child) and \
               source[end:end + 1] == b';' and not source[start:start + 1].isupper():
                add('S', start, end, 'if (!{on}) {old}')

    def walk(node, is_fixed):
        children = list(node.get_children())
        start, end = span(node)
        if node.kind in (Kind.STATIC_ASSERT, Kind.ENUM_CONSTANT_DECL, Kind.FIELD_DECL):
            return
        if node.kind in FUNCTIONS and re.search(r'\b(constexpr|consteval|constinit)\b', re.split(r'[{=]', text(start, min(end, start + 120)))[0]):
            return
        if node.kind == Kind.VAR_DECL and '[' in text(start, end).split('=')[0]:
            return
        if node.kind in (Kind.IF_STMT, Kind.WHILE_STMT) and not text(start, end).startswith('if constexpr'):
            condition(node, children)
        elif node.kind == Kind.CONDITIONAL_OPERATOR and len(children) == 3:
            add('N', *span(children[0]), '({on} != static_cast<bool>({old}))')
        elif node.kind == Kind.BINARY_OPERATOR and len(children) == 2:
            binary(node, *children)
        elif node.kind in (Kind.INTEGER_LITERAL, Kind.FLOATING_LITERAL) and not is_fixed:
            number = re.match(rb"0[xX][0-9a-fA-F']+[uUlL]*|[0-9][0-9.']*(?:[eE][+-]?[0-9]+)?[uUlLf]*", source[start:])
            if number and source[:start].rstrip()[-1:] != b'<' and source[start + number.end():].lstrip()[:1] != b'>':
                add('K', start, start + number.end(), '({on} ? {old} + 1 : {old})' if node.kind == Kind.INTEGER_LITERAL else '({on} ? {old} * 2 + 0.5 : {old})')
        elif node.kind == Kind.CXX_BOOL_LITERAL_EXPR and not is_fixed:
            for word, other in (('true', 'false'), ('false', 'true')):
                if text(start, start + len(word)) == word:
                    add('T', start, start + len(word), '({on} ? %s : {old})' % other)
        elif node.kind == Kind.COMPOUND_STMT:
            statements(children)
        for child in children:
            if is_here(child):
                walk(child, is_fixed or node.kind == Kind.CASE_STMT and child == children[0])

    for node in unit.cursor.get_children():
        if is_here(node):
            walk(node, False)
    return found


def draw(seed, count):
    """COUNT errors that do not overlap: files by their length, kinds by their weight."""
    chance = random.Random(seed)
    with open('build/release/compile_commands.json') as file:
        commands = {os.path.relpath(c['file']): c for c in json.load(file)}
    files = sorted(f for f in commands if any(f.startswith(room + '/') for room in ROOMS))
    lengths = [sum(1 for _ in open(f, 'rb')) for f in files]
    order = chance.choices(files, lengths, k=4 * count)
    wanted = sorted(set(order[:count + count // 4]))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        places = dict(zip(wanted, pool.map(errors_of, [commands[f] for f in wanted])))
    chosen, taken = [], collections.defaultdict(list)
    for file in order:
        if len(chosen) == count:
            break
        kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        free = [e for e in places.get(file, []) if e['kind'] == kind and all(e['end'] <= a or e['start'] >= b for a, b in taken[file])]
        if free:
            error = chance.choice(free)
            taken[file].append((error['start'], error['end']))
            chosen.append(error)
    for number, error in enumerate(chosen, 1):
        error['id'] = number
    return chosen


def listed(path, count):
    """What somebody wrote, as errors."""
    with open(path) as file:
        written = json.load(file)[:count]
    for error in [e for e in written if original(e['file']).count(e['old'].encode()) != 1]:
        print('left out, for the code has changed: %s %s' % (error['file'], error['what'][:90]))
        written.remove(error)
    for number, error in enumerate(written, 1):
        source = original(error['file'])
        old = error['old'].encode()
        start = source.index(old)
        new = '({on} ? (%s) : ({old}))' if error['form'] == 'expr' else '{ if ({on}) { %s } else { {old} } }'
        error.update(id=number, kind='W', start=start, end=start + len(old), line=source[:start].count(b'\n') + 1, new=new.replace('%s', error['new']))
    return written


def original(path):
    return subprocess.run(['git', 'show', 'HEAD:' + path], check=True, capture_output=True).stdout


def planted(source, errors):
    """A source with its errors behind their switches; one may lie within another."""
    def within(start, end, errors):
        text, left = b'', sorted(errors, key=lambda e: (e['start'], -e['end']))
        while left:
            error = left.pop(0)
            assert source[error['start']:error['end']].decode() == error['old'], error
            inner = [e for e in left if e['start'] < error['end']]
            left = left[len(inner):]
            old = within(error['start'], error['end'], inner)
            new = error['new'].replace('{on}', 'mutation::on(%d)' % error['id']).encode().replace(b'{old}', old)
            text += source[start:error['start']] + new
            start = error['end']
        return text + source[start:end]

    head = b'#include "%s/mutation.h"\n' % os.path.dirname(os.path.abspath(__file__)).encode()
    return (head if errors else b'') + within(0, len(source), errors)


def write(errors, files):
    for path in files:
        source = planted(original(path), [e for e in errors if e['file'] == path])
        with open(path, 'wb') as file:
            file.write(source)


def let_through(source):
    """A decoder is given nothing of our environment; planted errors in it must be. `source`: of decoder_process.cpp."""
    end = b'    kept.push_back(nullptr);\n    return kept;'
    passing = b'    for (char** variable = environ; *variable; ++variable)\n        if (std::strncmp(*variable, "DIASCOPE_MUTANT=", 16) == 0 || ' \
              b'std::strncmp(*variable, "DIASCOPE_REACH=", 15) == 0)\n            kept.push_back(*variable);\n'
    if b'DIASCOPE_REACH=' in source:
        return source
    assert source.count(end) == 1
    return source.replace(end, passing + end)


def drop(log, errors):
    refused = collections.defaultdict(set)
    with open(log, errors='replace') as lines:
        for line in lines:
            if match := re.match(r'(?:\.\./\.\./)?([^:]+):(\d+):\d+: error', line):
                refused[os.path.relpath(match.group(1))].add(int(match.group(2)) - 1)
    return [e for e in errors if not is_refused(e, refused[e['file']])]


def is_refused(error, lines):
    """`lines`: of the source as it was."""
    return any(error['line'] <= line <= error['line'] + error['old'].count('\n') for line in lines)


def main():
    if sys.argv[1] == '--drop':
        with open(sys.argv[3]) as file:
            before = json.load(file)
        errors = drop(sys.argv[2], before)
    else:
        source, count = sys.argv[1], int(sys.argv[2])
        before = errors = draw(int(source), count) if source.isdigit() else listed(source, count)
    write(errors, sorted({e['file'] for e in before}))
    with open(DECODER_PROCESS, 'rb') as file:
        source = let_through(file.read())
    with open(DECODER_PROCESS, 'wb') as file:
        file.write(source)
    with open(sys.argv[3], 'w') as file:
        json.dump(errors, file, indent=1)
    print(len(errors), 'errors in', len({e['file'] for e in errors}), 'files')


if __name__ == '__main__':
    main()
