"""What can go wrong with a log. Whatever happens, what `append` has returned from is still there."""

from dataclasses import dataclass

from arena.core.errors import TabooError


class LogError(TabooError):
    """The log did not do what it was asked, and nothing of the request was kept."""

    exit_code = 3
    """What `taboo` exits with."""


# --- the database as a whole --------------------------------------------------------------------------------------


@dataclass(eq=False)
class LogUrlError(LogError):
    """The name of a log that no database can be opened by."""

    url: str
    problem: str

    def __str__(self) -> str:
        return f"cannot open a log at {self.url!r}: {self.problem}"


@dataclass(eq=False)
class MissingLogError(LogError):
    """There is no log where one was expected."""

    where: str

    def __str__(self) -> str:
        return f"there is no log at {self.where!r}; check the name, or play a match to make one"


@dataclass(eq=False)
class MissingFolderError(LogError):
    """The folder of a new log does not exist."""

    where: str
    folder: str

    def __str__(self) -> str:
        return f"cannot make a log at {self.where!r}: there is no folder {self.folder!r}; make it first"


@dataclass(eq=False)
class ForeignLogError(LogError):
    """The database belongs to another program."""

    where: str
    tables: tuple[str, ...]

    def __str__(self) -> str:
        found = ", ".join(self.tables[:3])
        return f"{self.where!r} is another program's database (it holds {found}); name a new or empty one"


@dataclass(eq=False)
class NewerLogError(LogError):
    """The log was written by a version of the program that this one does not know."""

    where: str
    found: str
    known: str

    def __str__(self) -> str:
        return (
            f"the log at {self.where!r} has form {self.found!r}, and this program knows forms up to {self.known!r}; "
            "open it with the newer version of taboo-arena that wrote it"
        )


@dataclass(eq=False)
class ReadOnlyLogError(LogError):
    """The log may be read but not written."""

    where: str

    def __str__(self) -> str:
        return (
            f"the log at {self.where!r} is read-only and nothing was written; "
            "make the file and its folder writable, or write to a copy"
        )


@dataclass(eq=False)
class FullLogError(LogError):
    """No room is left for the log."""

    where: str

    def __str__(self) -> str:
        return (
            f"there is no room left for the log at {self.where!r}; everything acknowledged before is safe, "
            "free some disk space and go on"
        )


@dataclass(eq=False)
class LockedLogError(LogError):
    """Another program kept the log locked for longer than we wait."""

    where: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"another program kept the log at {self.where!r} locked for {self.seconds:g} seconds; "
            "close it there, then try again"
        )


@dataclass(eq=False)
class CorruptLogError(LogError):
    """The bytes of the log are damaged, or were never a database."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"the log at {self.where!r} cannot be read ({self.problem}); restore it from a copy or an export"


@dataclass(eq=False)
class UnreachableLogError(LogError):
    """The database does not answer; whether the last request was kept is unknown until it does."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"cannot reach the log at {self.where!r} ({self.problem}); check the name, the rights and the server"


@dataclass(eq=False)
class BrokenLogError(LogError):
    """The database failed in a way that has no better name here."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"the log at {self.where!r} failed and nothing of the request was written: {self.problem}"


@dataclass(eq=False)
class ClosedLogError(LogError):
    """The log was closed before the request."""

    where: str

    def __str__(self) -> str:
        return f"the log at {self.where!r} is closed; open it again"


# --- what may be appended, found and erased -------------------------------------------------------------------------


@dataclass(eq=False)
class DuplicateEventError(LogError):
    """An event with this number is in the log already."""

    match: str
    seq: int

    def __str__(self) -> str:
        return f"event {self.seq} of match {self.match!r} is in the log already; is another program playing it?"


@dataclass(eq=False)
class EventGapError(LogError):
    """An event skips numbers."""

    match: str
    seq: int
    expected: int

    def __str__(self) -> str:
        return f"event {self.seq} of match {self.match!r} leaves a gap; the next one is event {self.expected}"


@dataclass(eq=False)
class UnfitEventError(LogError):
    """An event that the log does not take, whatever its number."""

    match: str
    seq: int
    problem: str

    def __str__(self) -> str:
        return f"event {self.seq} of match {self.match!r} cannot be kept: it {self.problem}"


@dataclass(eq=False)
class MatchNotFoundError(LogError):
    """The log holds no such match."""

    exit_code = 2

    match: str

    def __str__(self) -> str:
        return f"the log holds no match {self.match!r}; `taboo replay` lists those that it has"


@dataclass(eq=False)
class RedactionError(LogError):
    """There are no words to erase, or none that may be erased now."""

    match: str
    part: str
    problem: str

    def __str__(self) -> str:
        return f"cannot redact {self.part} of match {self.match!r}: {self.problem}"


# --- transcripts ----------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class TranscriptError(TabooError):
    """A line of an export that was cut off, edited, or made by another version. Nothing of its match was imported."""

    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"transcript line {self.line}: {self.field}: {self.problem}"
