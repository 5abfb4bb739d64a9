"""judge.py ERRORS OUT [MINUTES]: which of the errors planted into this tree the tests catch. Run where build/release is built.

First every test function runs without an error, and what it comes by is noted; then each error's functions run with it, those
that caught one in the same file and the quick ones first, until one fails twice. A survivor has had at most BUDGET seconds (150
unless set) of tests. OUT gets the results as they come, OUT.log a line each; begun again it goes on. Classes whose functions lean
on one another are run whole.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

BUILD = os.path.abspath('build/release')
BUDGET = float(os.environ.get('BUDGET', '150'))
SIZE = 65536  # mutation.h
# What looks at the source, or at the clock, judges no error of the program.
LEFT_OUT = {'tst_architecture', 'tst_translations', 'tst_decode_speed', 'tst_archive_scale'}


class Judge:
    def __init__(self, errors, out, minutes):
        self.errors, self.out, self.end = errors, out, time.time() + 60 * minutes
        listed = subprocess.run(['ctest', '--show-only=json-v1'], cwd=BUILD, capture_output=True, text=True, check=True).stdout
        self.tests = {t['name']: t for t in json.loads(listed)['tests'] if t.get('command') and t['name'] not in LEFT_OUT}
        self.log = open(out + '.log', 'a', buffering=1)
        self.lock = threading.Lock()
        self.results = {}
        if os.path.exists(out):
            with open(out) as file:
                self.results = {r['id']: r for r in json.load(file)}

    @staticmethod
    def property(test, name, otherwise):
        return next((p['value'] for p in test.get('properties', []) if p['name'] == name), otherwise)

    def run(self, test, function, limit, **more):
        """Exit code, seconds and output; the whole process group is gone afterwards."""
        environment = {k: v for k, v in os.environ.items() if k != 'DISPLAY'}
        environment.update(pair.split('=', 1) for pair in self.property(test, 'ENVIRONMENT', []))
        environment.setdefault('QT_QPA_PLATFORM', 'offscreen')
        environment.update(more)
        began = time.time()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(test['command'] + [function] * bool(function), env=environment, cwd=self.property(test, 'WORKING_DIRECTORY', BUILD),
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = 'too long'
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            output.seek(0)
            return code, time.time() - began, output.read().decode('utf-8', 'replace')

    def functions(self, test):
        program = next((word for word in test['command'] if '/bin/tst_' in word), None)
        if not program:
            return []
        listed = subprocess.run([program, '-functions'], env={**os.environ, 'QT_QPA_PLATFORM': 'offscreen'}, capture_output=True, text=True)
        return [line.strip()[:-2] for line in (listed.stdout + listed.stderr).splitlines() if line.strip().endswith('()')]

    def look(self, name, function):
        with tempfile.NamedTemporaryFile() as reached:
            reached.write(bytes(SIZE))
            reached.flush()
            code, seconds, output = self.run(self.tests[name], function, 300, DIASCOPE_REACH=reached.name)
            with open(reached.name, 'rb') as file:
                marks = file.read()
        if code != 0:
            print('fails without an error:', name, function, output[-200:].replace('\n', ' | '), file=self.log)
        return {'test': name, 'function': function, 'code': code, 'seconds': seconds, 'reached': [i for i, mark in enumerate(marks) if mark]}

    def units(self):
        path = self.out + '.reached'
        if os.path.exists(path):
            with open(path) as file:
                return json.load(file)
        todo = [(name, function) for name, test in self.tests.items() for function in self.functions(test)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            units = list(pool.map(lambda one: self.look(*one), todo))
        units += [self.look(name, '') for name in sorted({u['test'] for u in units if u['code'] != 0})]
        with open(path, 'w') as file:
            json.dump(units, file)
        return units

    def judge(self, error):
        if time.time() > self.end or error['id'] in self.results:
            return
        result, spent = dict(error, result='survived'), 0
        have_caught = {r.get('by') for r in list(self.results.values()) if r['file'] == error['file']}
        units = sorted((u for u in self.sound if error['id'] in u['reached']),
                       key=lambda u: (u['test'] + '::' + u['function'] not in have_caught, u['seconds']))
        result['functions'] = len(units)
        if not units:
            result['result'] = 'not reached'
        for unit in units:
            if spent > BUDGET:
                result['result'] = 'survived the budget'
                break
            test, limit = self.tests[unit['test']], 4 * unit['seconds'] + 15
            code, seconds, _ = self.run(test, unit['function'], limit, DIASCOPE_MUTANT=str(error['id']))
            spent += seconds
            if code != 0 and self.run(test, unit['function'], limit, DIASCOPE_MUTANT=str(error['id']))[0] != 0:
                result.update(result='caught', by=unit['test'] + '::' + unit['function'])
                break
        with self.lock:
            self.results[error['id']] = result
            print(time.strftime('%T'), result['id'], result['result'], result['kind'], '%s:%d' % (result['file'], result['line']),
                  repr(result['old'][:90]), result.get('by', ''), '%d s' % spent, file=self.log)
            with open(self.out, 'w') as file:
                json.dump(sorted(self.results.values(), key=lambda r: r['id']), file, indent=1)

    def all(self):
        self.sound = [u for u in self.units() if u['code'] == 0]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self.judge, self.errors))
        for result in sorted(self.results.values(), key=lambda r: r['id']):
            if result['result'] != 'caught':
                print('%s: %s %s:%d %s' % (result['result'], result['kind'], result['file'], result['line'], ' '.join(result['old'].split())[:120]))
        caught = sum(r['result'] == 'caught' for r in self.results.values())
        print('%d of %d caught (%d planted)' % (caught, len(self.results), len(self.errors)))


def main():
    with open(sys.argv[1]) as file:
        errors = json.load(file)
    Judge(errors, sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 600).all()


if __name__ == '__main__':
    main()
