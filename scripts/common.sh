# What the scripts share: where things are, how many jobs this machine bears, and timed, announced steps.
# Sourced by the others, never run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${KPT_BUILD_DIR:-$root/build}

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# One job a core, but no more than memory bears: a file that includes LibTorch takes more than 1 GB to compile.
jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  ((memory_gb < 1)) && memory_gb=1
  say $((cores < memory_gb ? cores : memory_gb))
}

# step "what it does" command...: announces it, runs it, says how long it took, and remembers it for `summary`.
step_times=()
step() {
  local what=$1 begin=$SECONDS
  shift
  say "==> $what"
  "$@" || die "'$what' failed; its messages are above."
  step_times+=("$(printf '%4d s  %s' $((SECONDS - begin)) "$what")")
}

summary() {
  say ""
  say "Steps:"
  printf '  %s\n' "${step_times[@]}"
}
