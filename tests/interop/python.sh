# Which Python the tests of this folder use. Sourced by them, never run; needs scripts/common.sh.

# python_with VENV package...: the python of the virtual environment .cache/VENV, made here with these packages, whose
# modules have their names. Exits with 77 (skipped) where they cannot be had.
python_with() {
  local venv=$root/.cache/$1
  shift
  local modules=("${@%%=*}")
  if ! "$venv/bin/python" -c "import $(IFS=,; say "${modules[*]}")" 2>/dev/null &&
    ! { python3 -m venv "$venv" && timeout 400 "$venv/bin/pip" install --quiet --only-binary=:all: "$@"; } >&2; then
    rm -rf "$venv"
    say "skipped: the Python packages $* cannot be installed here" >&2
    exit 77
  fi
  say "$venv/bin/python"
}

# find_python [module...]: a python3 that has PyGObject for GStreamer's video, and these modules. Exits with 77 (skipped)
# where there is none. It need not be the first in PATH: Debian's bindings belong to Debian's.
find_python() {
  local candidate modules=gi
  [ $# = 0 ] || modules=gi,$(IFS=,; say "$*")
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c "import $modules; gi.require_version('GstVideo', '1.0')" 2>/dev/null; then
      say "$candidate"
      return
    fi
  done
  say "skipped: no python3 here has $modules with GStreamer's bindings (python3-gi, gir1.2-gst-plugins-base-1.0)" >&2
  exit 77
}
