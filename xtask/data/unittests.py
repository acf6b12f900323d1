"""Runs unit tests from a given one on and prints a JSON line before and after each; stops after one that failed.

What a failed test leaves behind (a login, an open session) would make the next ones fail for its sake, so the caller
goes on in a new process. Arguments: the folder with the package `tests`, and the index of the first test.
"""

import json
import sys
import unittest


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


class Result(unittest.TestResult):
    def addSuccess(self, test):
        self.outcome = ("passed", "")

    def addExpectedFailure(self, test, error):
        self.outcome = ("passed", "")

    def addUnexpectedSuccess(self, test):
        # The suite knows it to fail on the module it takes this one for.
        self.outcome = ("passed", "")

    def addSkip(self, test, reason):
        self.outcome = ("skipped", reason)

    def _failed(self, error):
        self.outcome = ("failed", f"{error[0].__name__}: {error[1]}")

    def addError(self, test, error):
        self._failed(error)

    def addFailure(self, test, error):
        self._failed(error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._failed(error)


def main():
    folder, first = sys.argv[1], int(sys.argv[2])
    sys.path.insert(0, folder)
    tests = sorted(each(unittest.defaultTestLoader.discover(folder + "/tests", top_level_dir=folder)), key=str)
    for index, test in enumerate(tests):
        if index < first:
            continue
        name = test.id().removeprefix("tests.")
        say(test=name, index=index)
        result = Result()
        result.outcome = ("failed", "the test ended without a result")
        # A suite of one, so that the set-up of its class is run too.
        unittest.TestSuite([test]).run(result)
        outcome, message = result.outcome
        say(outcome=outcome, message=message)
        if outcome == "failed":
            return


main()
