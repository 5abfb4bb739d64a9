"""sides.py EXPORT OUT: reads what llvm-cov exports and writes, for the rooms plant.py plants in, each condition of which no test takes one
side: file, line, the side, the text. Of a condition that is not reached at all both sides are named.
"""
import json
import os
import sys
from collections import defaultdict

from plant import ROOMS


def text(lines, branch):
    line, column, end, behind = branch[:4]
    if line == end:
        return lines[line - 1][column - 1:behind - 1]
    return ' '.join([lines[line - 1][column - 1:], *lines[line:end - 1], lines[end - 1][:behind - 1]])


def main():
    with open(sys.argv[1]) as file:
        files = json.load(file)['data'][0]['files']
    missing, total = [], 0
    for file in files:
        path = os.path.relpath(file['filename'])
        if not path.endswith('.cpp') or not any(path.startswith(room + '/') for room in ROOMS) or '/worker/' in path:
            continue
        with open(path, encoding='utf-8') as source:
            lines = source.read().split('\n')
        taken = defaultdict(lambda: [0, 0]) # of all instances of a template
        for branch in file.get('branches', []):
            sides = taken[tuple(branch[:4])]
            sides[0] += branch[4]
            sides[1] += branch[5]
        for place, (true, false) in sorted(taken.items()):
            total += 2
            words = ' '.join(text(lines, place).split())
            missing += [(path, place[0], side, words) for side, count in (('true', true), ('false', false)) if not count]
    with open(sys.argv[2], 'w') as out:
        for path, line, side, words in missing:
            print('%s:%d never %s: %s' % (path, line, side, words[:140]), file=out)
    print('%d of %d sides are not taken' % (len(missing), total))


if __name__ == '__main__':
    main()
