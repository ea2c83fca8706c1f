"""Writes timing events for timmy-latency from Python 3.8 or later, with the standard library alone.

    from latency_tracker import Events, generate_request_id, log_timing, span

    request_id = generate_request_id()
    log_timing(request_id, "stt", Events.STT_TRANSCRIPT_FINALIZED, {"text_length": 73})
    with span(request_id, "v34", "v34_rerank"):
        ...

Printed by `timmy-latency sdk python > latency_tracker.py`, version @VERSION@; print it again after an
upgrade. The log is $TIMMY_LATENCY_LOG, else the file named below. An event is one write without a
lock, so threads and processes may share the log. No function here raises: the first event of a
process that cannot be written costs a sentence on stderr, further ones are lost in silence.
"""

import functools
import inspect
import json
import math
import os
import re
import sys
import time
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Callable, Dict, List, Mapping, Optional, TypeVar, Union, cast

__all__ = ["Events", "format_duration", "generate_request_id", "log_timing", "span"]

_DEFAULT_LOG = "@LOG@"
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
# A FIFO that nobody reads must not hold us; Windows must not turn a newline into two characters.
_FLAGS |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_OPEN_TRIES = 3
_PAUSE_SECONDS = 0.001
_SHARING_VIOLATIONS = (32, 33)
_MAX_LINE_BYTES = 1024 * 1024
# Readers give up on a line nested deeper than 64 levels; the line itself is the first of them.
_MAX_LEVELS = 63

_Function = TypeVar("_Function", bound=Callable[..., Any])
_has_warned = False


class Events:
    """The names of events that the span catalogue knows; any other name may be logged too."""

    # @EVENTS@


def generate_request_id() -> str:
    """Return a new request id: 8 random hex digits. One id goes through all services of one turn."""
    return os.urandom(4).hex()


def log_timing(
    request_id: str,
    service: str,
    event: str,
    metadata: Optional[Mapping[str, Any]] = None,
) -> None:
    """Append one event to the log, stamped with the time of the call. Never raises.

    It can wait on a slow disk, never on a lock or on a pipe that nobody reads. What JSON cannot hold
    becomes text; metadata that cannot be written at all costs only the metadata, not the event.
    """
    microseconds = time.time_ns() // 1000
    try:
        if not request_id or not event:
            raise ValueError("an event needs a request id and a name")
        names = [_encode(_to_text(name)) for name in (request_id, service or "unknown", event)]
        line = _encode_line(microseconds, names, _encode_metadata(metadata))
        if len(line) > _MAX_LINE_BYTES:
            lost = _metadata_error("The line would be longer than 1 MiB")
            line = _encode_line(microseconds, names, lost)
        _append(os.environ.get("TIMMY_LATENCY_LOG") or _DEFAULT_LOG, line)
    except Exception as error:
        _warn_once(error)


class span:
    """Logs NAME_start and NAME_complete around a block or a function, also an asynchronous one.

    As a context manager it yields a dict: what is put there becomes the metadata of NAME_complete. As
    a decorator it takes the request id, or a function that returns the one of the moment. If the work
    fails, NAME_complete is logged all the same, with the class of the exception as `error`. Around a
    generator use `with` where it is consumed.
    """

    def __init__(self, request_id: Union[str, Callable[[], str]], service: str, name: str) -> None:
        self._request_id = request_id
        self._service = service
        self._name = name
        self._open: List[Any] = []

    def __enter__(self) -> Dict[str, Any]:
        request_id = self._request_id
        if callable(request_id):
            request_id = request_id()
        metadata: Dict[str, Any] = {}
        self._open.append((request_id, metadata))
        log_timing(request_id, self._service, "%s_start" % (self._name,))
        return metadata

    def __exit__(self, error_type: Optional[type], error: object, trace: object) -> None:
        request_id, metadata = self._open.pop()
        if error_type is not None:
            metadata["error"] = error_type.__name__
        log_timing(request_id, self._service, "%s_complete" % (self._name,), metadata)

    async def __aenter__(self) -> Dict[str, Any]:
        return self.__enter__()

    async def __aexit__(self, error_type: Optional[type], error: object, trace: object) -> None:
        self.__exit__(error_type, error, trace)

    def __call__(self, function: _Function) -> _Function:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with span(self._request_id, self._service, self._name):
                return function(*args, **kwargs)

        @functools.wraps(function)
        async def call_and_await(*args: Any, **kwargs: Any) -> Any:
            with span(self._request_id, self._service, self._name):
                return await function(*args, **kwargs)

        is_asynchronous = inspect.iscoroutinefunction(function)
        return cast(_Function, call_and_await if is_asynchronous else call)


def format_duration(seconds: float) -> str:
    """Write seconds for a person: `1.23s`, below one second `123ms`, below one millisecond `383µs`."""
    try:
        if not math.isfinite(seconds):
            return "–"
        if abs(seconds) >= 0.9995:
            return "%ss" % Decimal(seconds).quantize(Decimal("0.01"), ROUND_HALF_UP)
        milliseconds = seconds * 1000
        if milliseconds != 0 and abs(milliseconds) < 1:
            return "%dµs" % math.floor(milliseconds * 1000 + 0.5)
        return "%dms" % math.floor(milliseconds + 0.5)
    except Exception:
        return "–"


def _encode_line(microseconds: int, names: List[str], metadata: str) -> bytes:
    seconds, micros = divmod(microseconds, 1000000)
    request_id, service, event = names
    line = (
        f'{{"timestamp": {seconds}.{micros:06d}, '
        f'"iso_time": "{datetime.fromtimestamp(seconds).isoformat()}.{micros:06d}", '
        f'"request_id": {request_id}, "service": {service}, "event": {event}, '
        f'"metadata": {metadata}}}\n'
    )
    try:
        return line.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, as file names may hold, has no UTF-8; JSON has an escape for it.
        return re.sub("[\ud800-\udfff]", lambda half: "\\u%04x" % ord(half.group()), line).encode()


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _to_plain(value: Any) -> Any:
    """Make JSON of what JSON does not know: numbers of numpy and the like, else text."""
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    try:
        return value.item()
    except Exception:
        return str(value)


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_to_plain).encode


def _encode_metadata(metadata: Optional[Mapping[str, Any]]) -> str:
    if metadata is None:
        return "{}"
    if not isinstance(metadata, Mapping):
        return _metadata_error("Metadata must be an object")
    try:
        text = _encode(metadata)
        # So many levels need so many brackets; a text may hold them too, so this is only a suspicion.
        if text.startswith("{") and text.count("{") + text.count("[") <= _MAX_LEVELS:
            return text
    except Exception:
        pass
    try:
        return _encode(_clean(metadata, 1))
    except Exception as error:
        return _metadata_error(str(error))


def _clean(value: Any, level: int) -> Any:
    """Copy with NaN and infinities as None and every key as text; refuse what is nested too deep."""
    if level > _MAX_LEVELS and isinstance(value, (Mapping, list, tuple)):
        raise ValueError(f"Metadata must not be nested deeper than {_MAX_LEVELS} levels")
    if isinstance(value, Mapping):
        return {_to_text(key): _clean(member, level + 1) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(member, level + 1) for member in value]
    plain = value if isinstance(value, (str, int, float, type(None))) else _to_plain(value)
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _metadata_error(reason: str) -> str:
    return _encode({"metadata_error": reason})


def _append(path: str, line: bytes) -> None:
    """Append in one write: no other writer's line can get between."""
    descriptor = _open(path)
    try:
        written = os.write(descriptor, line)
        # A nearly full disk takes a part of the line without an error.
        if written < len(line):
            written += os.write(descriptor, line[written:])
        if written < len(line):
            raise OSError("only a part of the line was taken")
    finally:
        os.close(descriptor)


def _open(path: str) -> int:
    for attempt in range(1, _OPEN_TRIES + 1):
        try:
            return os.open(path, _FLAGS, 0o640)
        except FileNotFoundError:
            if attempt > 1:
                raise
            _make_folder(os.path.dirname(path))
        except OSError as error:
            # The last step of a rotation, or on Windows another program at the same file.
            is_busy = isinstance(error, BlockingIOError) or (
                getattr(error, "winerror", None) in _SHARING_VIOLATIONS
            )
            if not is_busy or attempt == _OPEN_TRIES:
                raise
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("unreachable")


def _make_folder(folder: str) -> None:
    if folder and not os.path.isdir(folder):
        _make_folder(os.path.dirname(folder))
        try:
            os.mkdir(folder, 0o750)
        except FileExistsError:
            pass


def _warn_once(error: BaseException) -> None:
    global _has_warned
    if _has_warned:
        return
    _has_warned = True
    try:
        reason = f"Cannot write to the log: {error}"
        sys.stderr.write(f"latency_tracker: {reason}; further lost events are not announced\n")
    except Exception:
        pass
