# Shared by the verbs of ./dev: messages, timing, paths. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${LOCALSCALE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/localscale}
export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache} CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
jobs=${LOCALSCALE_JOBS:-$(nproc)}
timings=()

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold= red= plain=; fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2; }

# die WHAT NEXT: what failed, and the one thing to do.
die() {
  printf '%s%s%s\n' "$red" "dev: $1" "$plain" >&2
  [ $# -lt 2 ] || printf '     Next: %s\n' "$2" >&2
  exit 1
}

# timed LABEL COMMAND…: runs it and remembers how long it took.
timed() {
  local label=$1 begin=$SECONDS rc=0
  shift
  say "$label"
  "$@" || rc=$?
  timings+=("$((SECONDS - begin)) s|$label")
  return $rc
}

print_timings() {
  [ ${#timings[@]} -gt 0 ] || return 0
  printf '\nWhere the time went:\n' >&2
  printf '%s\n' "${timings[@]}" | sort -t' ' -k1 -nr | awk -F'|' '{printf "  %8s  %s\n", $1, $2}' >&2
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "root rights are needed for: $*" "run it as root, or install sudo"
  fi
}

# need_packages build|test…: installs the Debian packages of these groups that are missing.
need_packages() {
  local groups=$* missing
  missing=$(awk -v groups=" $groups " '!/^#/ && index(groups, " " $1 " ") {print $2}' "$root/tools/dev/packages.txt" |
    while read -r package; do
      dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
    done)
  if ! command -v node >/dev/null; then missing="$missing nodejs"; fi
  if ! command -v npm >/dev/null; then missing="$missing npm"; fi
  [ -n "${missing// /}" ] || return 0
  say "Installing $(echo $missing | wc -w) Debian packages"
  local log
  log=$(mktemp)
  {
    as_root apt-get update -q &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
  } >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get could not install: $(echo $missing)" "check the network and 'apt-get update', then run this again"; }
  rm -f "$log"
}

# npm_ci FOLDER [ARGS…]: installs what FOLDER's lock file pins, unless that was done already.
npm_ci() {
  local folder=$1 stamp
  shift
  stamp=$folder/node_modules/.localscale-lock
  if ! cmp -s "$folder/package-lock.json" "$stamp"; then
    say "npm ci in ${folder#"$root"/}"
    (cd "$folder" && npm ci --ignore-scripts --no-fund --no-audit "$@" >/dev/null) ||
      die "npm ci failed in $folder" "check that the npm registry is reachable, then run this again"
    cp "$folder/package-lock.json" "$stamp"
  fi
}

# run_ninja LOG ARGS…: builds, keeps the output in LOG, shows where it is every few seconds.
run_ninja() {
  local log=$1 line shown=0
  shift
  ninja -j"$jobs" "$@" 2>&1 | tee "$log" | while IFS= read -r line; do
    if [[ $line =~ ^\[[0-9]+/[0-9]+\] ]] && [ $((SECONDS - shown)) -ge 10 ]; then
      printf '    %s\n' "${BASH_REMATCH[0]}" >&2
      shown=$SECONDS
    fi
  done
  return "${PIPESTATUS[0]}"
}

# build_preset PRESET [TARGETS…]: configures and builds with our compiler.
build_preset() {
  local preset=$1 log
  shift
  mkdir -p "$root/build/$preset"
  log=$root/build/$preset/ninja.log
  (cd "$root" && cmake --preset "$preset" >"$root/build/$preset/configure.log" 2>&1) ||
    { tail -n 20 "$root/build/$preset/configure.log" >&2; die "CMake could not configure '$preset'" "read build/$preset/configure.log"; }
  run_ninja "$log" -C "$root/build/$preset" "$@" ||
    { grep -A 20 -m 3 -E 'FAILED:|error:' "$log" | head -n 60 >&2; die "the build of '$preset' failed" "read build/$preset/ninja.log"; }
}
