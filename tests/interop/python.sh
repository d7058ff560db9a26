# Which Python the tests of this folder use. Sourced by them, never run; needs scripts/common.sh.

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
