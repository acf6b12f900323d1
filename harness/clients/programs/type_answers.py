"""Types answers at a program that asks at a terminal: type_answers.py ANSWER... -- PROGRAM ARGUMENT..."""

import os
import pty
import sys

mark = sys.argv.index("--")
answers, command = sys.argv[1:mark], sys.argv[mark + 1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
said = b""
while True:
    try:
        heard = os.read(terminal, 1024)
    except OSError:
        break
    if not heard:
        break
    sys.stdout.buffer.write(heard)
    said += heard
    # A question is a line that ends in a colon and is not yet ended.
    if answers and said.endswith(b": "):
        os.write(terminal, answers.pop(0).encode() + b"\n")
        said = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or len(answers))
