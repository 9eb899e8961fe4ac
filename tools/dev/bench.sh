# ./dev bench [NAME…]: runs bench/NAME.sh or bench/NAME.mjs, whichever is there. Sourced.

check_benches() {
  local name
  for name in "$@"; do
    [ -x "bench/$name.run" ] || die "there is no bench '$name'" "pick one of: $(cd bench && ls *.run | sed 's/\.run$//' | tr '\n' ' ')"
  done
}

run_benches() {
  local name runner found=() rc=0
  if [ $# -eq 0 ]; then
    for runner in bench/*.run; do found+=("$(basename "$runner" .run)"); done
    set -- "${found[@]}"
  fi
  for name in "$@"; do
    runner=bench/$name.run
    timed "bench $name" env LOCALSCALE_BIN="$root/build/release/bin" "$runner" || rc=1
  done
  return $rc
}
