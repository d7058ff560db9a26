# Drives `kpt annotate` with real mouse and key events under Xvfb. Sourced, never run; needs scripts/common.sh. Nothing
# sleeps: the program tells every change of its state in a line (--verbose), and each step waits for the line it causes.

patience=${KPT_ANNOTATE_PATIENCE:-120}  # seconds for one step, on a slow and busy machine

# start_display: a screen of our own; exits with 77 (skipped) where Xvfb or xdotool is missing.
start_display() {
  local tool number
  for tool in Xvfb xdotool; do
    command -v $tool >/dev/null || { say "skipped: there is no $tool (apt-get install xvfb xdotool)"; exit 77; }
  done
  mkfifo "$folder/display"
  exec {display_number}<>"$folder/display"
  Xvfb -displayfd 7 -screen 0 1400x900x24 -nolisten tcp 7>"$folder/display" >/dev/null 2>"$folder/xvfb.log" &
  xvfb=$!
  read -r -t "$patience" number <&"$display_number" || die "Xvfb does not start: $(tail -n 1 "$folder/xvfb.log")"
  export DISPLAY=:$number SDL_VIDEODRIVER=x11
  unset WAYLAND_DISPLAY
}

stop_display() {
  [ -z "${program:-}" ] || kill -KILL "$program" 2>/dev/null || true
  [ -z "${xvfb:-}" ] || kill "$xvfb" 2>/dev/null || true
}

# start_annotate argument...: the program, with its window in sight and the keyboard its own.
start_annotate() {
  rm -f "$folder/states"
  mkfifo "$folder/states"
  "$kpt" annotate "$@" --verbose >"$folder/states" 2>"$folder/errors" &
  program=$!
  exec {states}<"$folder/states"
  state=
  read -r -t "$patience" state <&"$states" || { wait "$program" || true; no_window; }
  window=$(timeout "$patience" xdotool search --sync --onlyvisible --name 'kpt annotate' | head -n 1)
  xdotool windowfocus --sync "$window"
}

# A program that was built without SDL is no failure of this test.
no_window() {
  if grep -q 'built without SDL' "$folder/errors"; then
    say "skipped: $(cat "$folder/errors")"
    exit 77
  fi
  die "kpt annotate opens no window: $(cat "$folder/errors")"
}

# expect word...: reads states until one has every word, for example: expect frame=1 placed=0
expect() {
  local word
  while true; do
    for word in "$@"; do
      [[ " $state " == *" $word"[\ ]* ]] && continue
      read -r -t "$patience" state <&"$states" || die "no state with '$*' came; the last one: $state"
      continue 2
    done
    return 0
  done
}

# changes name old: reads states until the value is another.
changes() {
  while [ "$(value "$1")" = "$2" ]; do
    read -r -t "$patience" state <&"$states" || die "$1 does not change; the last state: $state"
  done
}

# value name: what the state says of it.
value() { [[ $state =~ (^|\ )$1=([^ ]*) ]] && say "${BASH_REMATCH[2]}"; }

# point_in_window X Y: where a place of the picture is in the window.
point_in_window() {
  awk -v x="$1" -v y="$2" -v z="$(value zoom)" -v l="$(value left)" -v t="$(value top)" \
    'BEGIN { printf "%d %d\n", l + z * x + 0.5, t + z * y + 0.5 }'
}

move_to() { xdotool mousemove --window "$window" $(point_in_window "$1" "$2"); }
click() { move_to "$1" "$2"; xdotool click "${3:-1}"; }
key() { xdotool key "$@"; }
type_text() { xdotool type --delay 20 "$1"; }

# drag X Y X Y [button]: with a stop half way, as a hand makes.
drag() {
  local button=${5:-1}
  move_to "$1" "$2"
  xdotool mousedown "$button"
  move_to "$(awk "BEGIN { print ($1 + $3) / 2 }")" "$(awk "BEGIN { print ($2 + $4) / 2 }")"
  move_to "$3" "$4"
  xdotool mouseup "$button"
}

# finished: waits for the end of the program; its exit code is in $code, what it printed last in "$folder/last".
finished() {
  timeout "$patience" cat <&"$states" >"$folder/last" || die "kpt annotate does not end; the last state: $state"
  exec {states}<&-
  code=0
  wait "$program" || code=$?
  program=
}
