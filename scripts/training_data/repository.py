"""Reads local copies of public repositories: bare git directories, one commit of each.

Must not know what is in them. Called by the converters and by fetch-training-data.
"""
import fnmatch
import subprocess

import cv2
import numpy as np


class Repository:
    """Reads files of one commit of a bare git directory."""

    def __init__(self, mirror, name, commit):
        self.directory = find_repository(mirror, name)
        listing = self.git("ls-tree", "-r", "-z", "--name-only", commit)
        self.commit = self.git("rev-parse", commit).decode().strip()
        self.paths = listing.decode("utf-8", "replace").strip("\0").split("\0")
        self.reader = subprocess.Popen(self.command("cat-file", "--batch"), stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)

    def command(self, *arguments):
        return ["git", "--git-dir", str(self.directory), *arguments]

    def git(self, *arguments):
        return subprocess.run(self.command(*arguments), check=True, capture_output=True).stdout

    def match(self, pattern):
        """Paths that fit a shell pattern, in which * stays within a folder."""
        depth = pattern.count("/")
        return [path for path in self.paths if path.count("/") == depth and fnmatch.fnmatchcase(path, pattern)]

    def read(self, path):
        """A file's bytes, or None where this copy lacks it."""
        self.reader.stdin.write(f"{self.commit}:{path}\n".encode())
        self.reader.stdin.flush()
        header = self.reader.stdout.readline().split()
        if header[-1] == b"missing":
            return None
        size = int(header[-1])
        data = self.reader.stdout.read(size)
        self.reader.stdout.read(1)
        return data

    def picture(self, path):
        """A decoded picture, or None."""
        data = self.read(path)
        return None if not data else cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def find_repository(mirror, name):
    """The git directory of owner/name below `mirror`."""
    owner, title = name.split("/")
    for folder in (f"{owner}+{title}", f"{owner}/{title}", f"{owner}+{title}.git", f"{owner}/{title}.git"):
        for tail in ("repo/.git", "repo", ".git", ""):
            if (mirror / folder / tail / "HEAD").is_file():
                return mirror / folder / tail
    raise FileNotFoundError(f"{name}: no git directory of it in {mirror}")
