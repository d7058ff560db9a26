#!/usr/bin/env python3
"""Follows the keypoints of thousands of recorded videos: `kpt track` over a Ray cluster.

    examples/batch_ray.py --support mouse.yaml --output results VIDEO|FOLDER ...
    examples/batch_ray.py --support mouse.yaml --output results --list videos.txt --address auto -- --every 4

Each video becomes results/NAME.jsonl, those of a folder with the subfolders they lie in; what follows `--` goes to `kpt
track`. Without --address it works on this machine alone. On a cluster every machine needs the videos, the support file,
the program and the output folder under the same paths: a shared file system.

Nothing is done twice. A result is written under a name of its own and renamed when it is whole, so what has its name is
finished; a later start does what is left, and what failed. One run at a time works on an output folder: it holds a lock
on results/.lock, which the system takes back when the run ends in whatever way, and only that run hands out videos.
A video whose worker dies is given to another one. A video that cannot be tracked is reported and holds up nothing.

Exit code: 0 all have results; 1 some have none, which the summary names; 2 wrong use; 3 another run works on the folder;
130 interrupted. Needs the Python package ray.
"""

import argparse
import collections
import fcntl
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VIDEOS = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".mts", ".ts", ".webm", ".wmv"}
FAILED, LOCKED, INTERRUPTED = 1, 3, 130

Job = collections.namedtuple("Job", "video result")  # absolute paths
Outcome = collections.namedtuple("Outcome", "is_done text seconds")


def track(job, command, threads):
    """On a worker: one video. `command` is what comes before its name."""
    began = time.monotonic()
    result = pathlib.Path(job.result)
    if result.exists():  # the worker before this one died between the renaming and its answer
        return Outcome(True, "", 0)
    part = result.with_name(f".{result.stem}.{socket.gethostname()}-{os.getpid()}.unfinished{result.suffix}")
    # kpt must not outlive this worker: another one may do the video again.
    command = ["setpriv", "--pdeathsig", "KILL", *command, job.video, "--output", str(part)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env=environment, text=True, errors="replace")
        said = (run.stderr.strip().splitlines() or [f"exit code {run.returncode}, without a word"])[-1]
        if run.returncode != 0:
            return Outcome(False, said, time.monotonic() - began)
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        os.rename(part, result)
        return Outcome(True, said if run.stderr.strip() else "", time.monotonic() - began)
    except OSError as error:
        return Outcome(False, str(error), time.monotonic() - began)
    finally:
        part.unlink(missing_ok=True)


def jobs_of(arguments, output):
    """A job for each video, the largest first: the end shall not be one long video on one worker."""
    sources = [pathlib.Path(name) for name in arguments.videos]
    if arguments.list:
        lines = arguments.list.read_text(encoding="utf-8").splitlines()
        sources += [pathlib.Path(line.strip()) for line in lines if line.strip()]
    names = {}  # of the results, without their ending
    for source in map(pathlib.Path.absolute, sources):
        if source.is_dir():
            found = [file for file in sorted(source.rglob("*")) if file.suffix.lower() in VIDEOS]
            pairs = [(file, file.relative_to(source)) for file in found]
        else:
            pairs = [(source, pathlib.Path(source.name))]
        for video, name in pairs:
            if names.setdefault(name, video) != video:
                fail(f"'{names[name]}' and '{video}' would have one result; give the folder above them.")
    if not names:
        fail("there are no videos; give videos, folders with some, or --list.")
    size = {video: video.stat().st_size if video.exists() else 0 for video in names.values()}
    jobs = [Job(str(video), str(output / f"{name}.{arguments.format}")) for name, video in names.items()]
    return sorted(jobs, key=lambda job: -size[pathlib.Path(job.video)])


def fail(text, exit_code=2):
    print(f"batch_ray: {text}", file=sys.stderr)
    sys.exit(exit_code)


def lock(output):
    """The open lock file. It is held for as long as the file is open."""
    file = open(output / ".lock", "w", encoding="utf-8")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fail(f"another run works on '{output}'; wait for its end, or take another --output.", LOCKED)
    return file


def remove_unfinished(output):
    for part in output.rglob(".*.unfinished.*"):
        part.unlink(missing_ok=True)


def run_all(jobs, arguments, command):
    """Hands out all jobs; yields (job, outcome) as they end."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report to its makers
    where = {"address": arguments.address}
    if not arguments.address:
        where = {"num_cpus": arguments.workers * arguments.threads, "object_store_memory": 100 << 20,
                 "include_dashboard": False}
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # on Linux too: only loopback, unseen from elsewhere
    try:
        import ray  # takes seconds to load, which mistakes and finished work need not wait for
    except ImportError:
        fail("the Python package ray is missing; `pip install ray` installs it.")
    ray.init(log_to_driver=False, logging_level="ERROR", **where)
    try:
        remote = ray.remote(num_cpus=arguments.threads, max_retries=arguments.retries)(track)
        waiting = {remote.remote(job, command, arguments.threads): job for job in jobs}
        while waiting:
            task = ray.wait(list(waiting), num_returns=1)[0][0]
            try:
                outcome = ray.get(task)
            except ray.exceptions.RayError as error:  # its worker died more often than --retries
                outcome = Outcome(False, str(error).strip().splitlines()[0], 0)
            yield waiting.pop(task), outcome
    finally:
        ray.shutdown()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage="%(prog)s --support FILE --output FOLDER [options] VIDEO|FOLDER ... [-- ...]")
    parser.add_argument("videos", nargs="*", help="videos, or folders that are searched for videos")
    parser.add_argument("--list", type=pathlib.Path, help="file with one video or folder a line")
    parser.add_argument("--support", required=True, type=pathlib.Path, help="marked pictures of the object")
    parser.add_argument("--output", required=True, type=pathlib.Path, help="folder of the results")
    parser.add_argument("--format", default="jsonl", choices=["jsonl", "csv", "json"], help="of the results (jsonl)")
    parser.add_argument("--address", help="the cluster: auto, HOST:PORT or ray://HOST:PORT; none: this machine alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="videos at a time on this machine alone")
    parser.add_argument("--threads", type=int, default=1, help="cores for each video (1)")
    parser.add_argument("--retries", type=int, default=3, help="new tries of a video whose worker died (3)")
    parser.add_argument("--kpt", default=str(ROOT / "build" / "kpt"), help="the program (build/kpt)")
    words, rest = sys.argv[1:], []
    if "--" in words:
        words, rest = words[: words.index("--")], words[words.index("--") + 1 :]
    arguments = parser.parse_args(words)
    if min(arguments.workers, arguments.threads) < 1 or arguments.retries < 0:
        fail("--workers and --threads are at least 1, --retries at least 0.")
    for path in filter(None, [arguments.support, arguments.list]):
        if not path.is_file():
            fail(f"'{path}' does not exist; check the path.")
    if shutil.which(arguments.kpt) is None:
        fail(f"'{arguments.kpt}' is no program; build it with scripts/build, or name another with --kpt.")
    return arguments, rest


def main():
    arguments, rest = parse()
    output = arguments.output.absolute()
    jobs = jobs_of(arguments, output)
    output.mkdir(parents=True, exist_ok=True)
    held = lock(output)
    remove_unfinished(output)  # of a run that was ended
    todo = [job for job in jobs if not os.path.exists(job.result)]
    for job in todo:
        os.makedirs(os.path.dirname(job.result), exist_ok=True)
    command = [os.path.abspath(shutil.which(arguments.kpt)), "track", "--support", str(arguments.support.absolute()),
               *rest]

    began, outcomes, interrupted = time.monotonic(), [], False
    try:
        for job, outcome in run_all(todo, arguments, command) if todo else ():
            is_news = outcome.text and all(outcome.text != before.text for _, before in outcomes)
            outcomes.append((job, outcome))
            print(f"[{len(outcomes):>{len(str(len(todo)))}}/{len(todo)}] {'tracked' if outcome.is_done else 'FAILED '}"
                  f" {outcome.seconds:6.1f} s  {job.video}" + (f"  ({outcome.text})" if is_news else ""), flush=True)
    except KeyboardInterrupt:
        interrupted = True
    except ConnectionError as error:
        fail(f"no cluster at '{arguments.address}': {error}")
    remove_unfinished(output)  # of workers that died

    failed = [(job, outcome) for job, outcome in outcomes if not outcome.is_done]
    print(f"{len(jobs)} videos: {len(outcomes) - len(failed)} tracked in {time.monotonic() - began:.0f} s, "
          f"{len(jobs) - len(todo)} had results before, {len(failed)} failed"
          + (f", {len(todo) - len(outcomes)} left; start again to go on" if interrupted else ""))
    for job, outcome in failed:
        print(f"  {job.video}: {outcome.text}")
    held.close()
    sys.exit(INTERRUPTED if interrupted else FAILED if failed else 0)


if __name__ == "__main__":
    main()
