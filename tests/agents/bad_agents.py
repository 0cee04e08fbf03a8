"""Agents that misbehave, each in its own way. They run in worker processes only; none of them is ever imported here."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from arena.core.actions import Action
from arena.core.ports import Resign

SLEEPER = "import time; time.sleep(600)"


def channel() -> int:
    return int(sys.argv[2])


class Polite:
    async def act(self, view):
        return Action(f"turn {view.turn}, seed {view.seed}")


class Plain:
    def act(self, view):
        return f"{view.role} {os.getpid()}"


class Dictionary:
    def act(self, view):
        return {"text": "is it this?", "guess": "banana"}


class Quitter:
    def __init__(self, argument):
        self.argument = argument

    def act(self, view):
        return Resign()


class Environment:
    def act(self, view):
        return " ".join(sorted(os.environ))


class LastFolder:
    def act(self, view):
        return str(sys.path.index(str(Path.cwd())) == len(sys.path) - 1)


class CoreLimit:
    def act(self, view):
        return str(resource.getrlimit(resource.RLIMIT_CORE))


class Printer:
    def act(self, view):
        sys.stdout.write('{"type": "turn.action"}\n' * 1000)
        sys.stderr.write("chatter\n")
        return "printed"


class BusyLoop:
    def act(self, view):
        while True:
            pass


class BusyConstructor:
    def __init__(self):
        while True:
            pass


class Sleeper:
    def act(self, view):
        time.sleep(600)


class Stubborn:
    def __init__(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def act(self, view):
        time.sleep(600)


class Exiter:
    def act(self, view):
        os._exit(3)


class SystemExiter:
    def act(self, view):
        sys.exit("enough")


class Segfault:
    def act(self, view):
        os.kill(os.getpid(), signal.SIGSEGV)


class LastWords:
    def act(self, view):
        sys.stderr.write("first\nthe tank is empty\n")
        sys.stderr.flush()
        os._exit(1)


class Flood:
    def act(self, view):
        block = b"x" * (1 << 20)
        for _ in range(1024):
            os.write(1, block)
            os.write(2, block)
        return "flooded"


class ChannelGarbage:
    def act(self, view):
        os.write(channel(), b"not json at all\n")
        return "unheard"


class ChannelFlood:
    def act(self, view):
        while True:
            os.write(channel(), b"x" * (1 << 16))


class WrongTurn:
    def act(self, view):
        os.write(channel(), b'{"type":"turn.action","turn":99,"data":{}}\n')
        time.sleep(600)


class EarlyTalker:
    def __init__(self):
        os.write(channel(), b'{"type":"turn.action","turn":1,"data":{"text":"too soon"}}\n')

    def act(self, view):
        return "unheard"


class CrashInConstructor:
    def __init__(self):
        raise ValueError("no weights here")


class NeedsTwo:
    def __init__(self, weights, device):
        self.weights = weights

    def act(self, view):
        return "unheard"


class CrashInAct:
    def act(self, view):
        return [][view.turn]


class ReturnsNumber:
    def act(self, view):
        return 42


class TooMuch:
    def act(self, view):
        return "x" * (2 << 20)


class Hungry:
    def act(self, view):
        return str(len(bytearray(4 << 30)))


class Parent:
    """Leaves a child in its own group, and one in a session of its own; both would outlive it and hold the channel."""

    def act(self, view):
        for own_session in (False, True):
            subprocess.Popen([sys.executable, "-c", SLEEPER], start_new_session=own_session, pass_fds=[channel()])
        os._exit(0)


class ClosesChannel:
    def act(self, view):
        os.close(channel())
        time.sleep(600)


class ClosesStdin:
    def act(self, view):
        os.close(0)
        return "closed"
