"""file.py FILE OUT TEST...: every single error of one source, judged by the tests that are named.
Run in a built tree; nothing in it is changed: a copy of the source is compiled into OUT (a folder) and linked in front of the libraries.
OUT/results says what became of each, OUT/results.log as it goes; asked again it goes on. KINDS=NLSB leaves out the other kinds of
plant.py, COUNT=40 all but so many. What a test learns from a program that it starts is not seen, but for the decoders.
"""
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys

import judge
import plant


def command_of(file):
    with open(judge.BUILD + '/compile_commands.json') as commands:
        return next(c for c in json.load(commands) if os.path.relpath(c['file']) == file)


def layers(errors):
    """In each an error lies beside or within the others: they are compiled together."""
    def is_apart(a, b):
        return a['end'] <= b['start'] or a['start'] >= b['end']

    def is_within(a, b):
        return a['start'] >= b['start'] and a['end'] <= b['end']

    left = errors
    while left:
        layer, later = [], []
        for error in left:
            (layer if all(is_apart(error, e) or is_within(error, e) or is_within(e, error) for e in layer) else later).append(error)
        yield layer
        left = later


def compiled(command, layer, source, out):
    """What the compiler refuses is left out."""
    while True:
        with open(out + '.cpp', 'wb') as file:
            file.write(plant.planted(source, layer))
        words = [out + '.cpp' if w == command['file'] else w for w in shlex.split(command['command'])]
        words[words.index('-o') + 1] = out + '.o'
        run = subprocess.run(words, cwd=command['directory'], capture_output=True, text=True)
        if run.returncode == 0:
            break
        refused = {int(line) - 1 for line in re.findall(re.escape(out) + r'\.cpp:(\d+):\d+: error', run.stderr)}
        before = len(layer)
        layer = [e for e in layer if not plant.is_refused(e, refused)]
        if len(layer) == before:
            sys.exit(run.stderr[:3000])
    return layer


def linked(name, out, own=None, passing=''):
    """Linked with the errors in front, or, if the program holds the source itself (`own`), in its place; else as it is."""
    target, program = 'bin/' + name, '%s/bin/%s' % (out, name)
    commands = subprocess.run(['ninja', '-t', 'commands', '-s', target], cwd=judge.BUILD, capture_output=True, text=True, check=True).stdout
    link = commands.strip().splitlines()[-1]
    objects = out + '.o ' if not own or re.search(own, link) else ''
    link = re.sub(own, '', link) if own else link
    link = link.replace('-o ' + target, objects + passing + ' -o ' + program)
    if subprocess.run(link, shell=True, cwd=judge.BUILD, capture_output=True).returncode == 0:
        return program
    print('cannot be linked with it:', name)


def decoders(file, out):
    """The decoders beside the tests, with the errors; who comes in front of the tests lets the switches through to them."""
    own = r'\S*(?:\.dir|/worker)/' + re.escape(os.path.basename(file)) + r'\.o'
    for name in ['diascope-decoder', 'diascope-video-decoder']:
        linked(name, out, own)
    process = command_of(plant.DECODER_PROCESS)
    with open(process['file'], 'rb') as opened:
        source = plant.let_through(opened.read())
    compiled(process, [], source, out + '.passing')
    return own, out + '.passing.o'


def main():
    file, folder, names = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    command = command_of(file)
    with open(command['file'], 'rb') as opened:
        source = opened.read()
    errors = [e for e in plant.errors_of(command) if e['kind'] in os.environ.get('KINDS', 'NLBASKT')]
    for number, error in enumerate(errors, 1):
        error['id'] = number
    errors = random.Random(1).sample(errors, min(len(errors), int(os.environ.get('COUNT', len(errors)))))
    whole = judge.Judge(errors, folder + '/results', 600)
    for number, layer in enumerate(layers(errors)):
        out = '%s/%d' % (folder, number)
        os.makedirs(out + '/bin', exist_ok=True)
        layer = compiled(command, layer, source, out)
        beside = decoders(file, out) if file.startswith('viewer/decode/worker/') else ()
        one = judge.Judge(layer, folder + '/results', 600)
        one.tests = {}
        for name in names:
            if not (program := linked(name, out, *beside)):
                continue
            one.tests[name] = dict(whole.tests[name], command=[program if w.endswith('/bin/' + name) else w for w in whole.tests[name]['command']])
        one.out = out
        one.sound = [u for u in one.units() if u['code'] == 0]
        one.out = folder + '/results'
        for error in layer:
            one.judge(error)
        shutil.rmtree(out)
    with open(folder + '/results') as results:
        for r in json.load(results):
            if r['result'] != 'caught':
                print('%s: %s %d %s -> %s' % (r['result'], r['kind'], r['line'], ' '.join(r['old'].split())[:100], ' '.join(r['new'].split())[:100]))


if __name__ == '__main__':
    main()
