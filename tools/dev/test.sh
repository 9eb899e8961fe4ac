# ./dev test: every stage adds to `passed` and `failed`; the closing line sums them. Sourced.

passed=0 failed=0 name_filter= long=
stages=(lint unit tsan fuzz e2e lab package conformance browser dashboard)
results=$root/build/test-results

stage_help() {
  cat <<'HELP'
lint         formatting, include graph, lock files, scripts
unit         unit and property tests of every module, under ASan+UBSan, against the stub engine
tsan         net, gateway and house tests under ThreadSanitizer
fuzz         each fuzz target for some seconds, from its corpus
e2e          the whole home from its programs: CLI, pulls, engine, failures, Seedling
lab          confinement, escape probes and network namespaces (needs root)
package      the Debian packages: lintian; installed, used, upgraded, removed on a throwaway machine (needs root)
conformance  real clients from npm against the live home
browser      the dashboard in Chromium on a real home, over the LAN door too
dashboard    the dashboard against a made-up house: build, types, unit tests, walks in Chromium
HELP
}

# count PASSED FAILED LABEL HINT
count() {
  passed=$((passed + $1)) failed=$((failed + $2))
  [ "$2" = 0 ] || failures+=("$3: $2 failed. Run alone: $4")
}
failures=()

# ctest_stage PRESET LABEL STAGE: runs ctest on PRESET's tests with LABEL.
ctest_stage() {
  local preset=$1 label=$2 stage=$3 log=$results/$3.log rc=0
  shift 3
  (cd "build/$preset" && ctest --output-on-failure --no-tests=error -j"$jobs" -L "$label" ${name_filter:+-R "$name_filter"} "$@") >"$log" 2>&1 || rc=$?
  local total bad
  total=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#' "$log" || true)
  bad=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#.*\*\*\*' "$log" || true)
  if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  [ "$bad" = 0 ] || grep -vE '^ *[0-9]+/[0-9]+ Test.*Passed|^ *Start ' "$log" | head -n 150
  count $((total - bad)) "$bad" "$stage" "./dev test $stage -R 'NAME' with NAME from: $(grep -oE '^\s*[0-9]+ - \S+' "$log" | awk '{print $3}' | head -n 5 | tr '\n' ' ')"
}

# count_node LOG LABEL HINT: counts what node's test runner wrote into LOG.
count_node() {
  local ok bad
  ok=$(sed -n 's/^ℹ pass \([0-9]*\)$/\1/p' "$1" | tail -n 1)
  bad=$(sed -n 's/^ℹ fail \([0-9]*\)$/\1/p' "$1" | tail -n 1)
  [ -n "$ok" ] && [ -n "$bad" ] || { ok=0 bad=1; }
  if [ $((ok + bad)) = 0 ] && [ -z "$name_filter" ]; then bad=1; fi
  [ "$bad" = 0 ] || tail -n 120 "$1"
  count "$ok" "$bad" "$2" "$3"
}

# node_stage STAGE FILES…: runs node's test runner, one file at a time (each may start a home of its own), on the
# programs of $node_preset.
node_preset=release
node_stage() {
  local stage=$1 file log
  shift
  for file in "$@"; do
    [ -e "$file" ] || continue
    log=$results/$stage-$(basename "$file").log
    say "  $file"
    LOCALSCALE_BIN=$root/build/$node_preset/bin timeout "${node_timeout:-400}" node --test --test-reporter=spec ${name_filter:+--test-name-pattern="$name_filter"} "$file" >"$log" 2>&1 </dev/null || true
    count_node "$log" "$file" "LOCALSCALE_BIN=build/$node_preset/bin node --test $file"
  done
}

stage_lint() {
  source tools/dev/lint.sh
  local check
  for check in "${lint_checks[@]}"; do
    if "$check" >"$results/lint-$check.log" 2>&1; then count 1 0 "$check" -
    else cat "$results/lint-$check.log"; count 0 1 "$check" "./dev lint"
    fi
  done
}

stage_unit() {
  link_engine fuzz
  timed "Building (fuzz: ASan+UBSan, fuzz targets)" build_preset fuzz unit_tests fuzz_targets test_programs
  ctest_stage fuzz unit unit
  # The only preset of this run whose programs have fault points; its objects are there already.
  timed "Linking the fetcher with fault points" build_preset fuzz localscale-fetcher
  LOCALSCALE_FAULT_POINTS=1 node_preset=fuzz node_stage faults tests/e2e/pull_faults.test.mjs
}

stage_tsan() {
  timed "Building (tsan: net, gateway, house)" build_preset tsan test_net test_gateway test_house
  ctest_stage tsan unit tsan -R "${name_filter:-.}" 
}

stage_fuzz() {
  local seconds=${LOCALSCALE_FUZZ_SECONDS:-$([ -n "$long" ] && echo 300 || echo 6)} target name log
  [ -d build/fuzz/fuzz ] || timed "Building the fuzz targets" build_preset fuzz fuzz_targets
  for target in build/fuzz/fuzz/fuzz_*; do
    name=$(basename "$target")
    [[ -z $name_filter || $name =~ $name_filter ]] || continue
    log=$results/$name.log
    mkdir -p "build/fuzz/corpus/$name"
    local corpus=("build/fuzz/corpus/$name")
    [ ! -d "tests/fuzz/corpus/${name#fuzz_}" ] || corpus+=("tests/fuzz/corpus/${name#fuzz_}")
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=0 -verbosity=0 \
      -artifact_prefix="build/fuzz/" "${corpus[@]}" >"$log" 2>&1; then count 1 0 "$name" -
    else tail -n 40 "$log"; count 0 1 "$name" "$target build/fuzz/crash-…"
    fi
  done
}

need_release() {
  [ -z "${release_built:-}" ] || return 0
  link_engine release
  timed "Building (release)" build_preset release programs test_programs
  release_built=1
}

stage_e2e() {
  need_release
  local files=(tests/e2e/*.test.mjs)
  node_stage e2e "${files[@]/*pull_faults*/}"  # that one needs fault points: see stage_unit
}

stage_lab() { need_release; ctest_stage release lab lab; }

stage_package() {
  need_release
  need_packages package
  source tools/dev/package.sh
  local check
  timed "Building the packages" build_packages "$root/build/release" "$root/build/release/engine"
  for check in check_versions check_build_depends check_lintian; do
    if "$check" >"$results/package-$check.log" 2>&1; then count 1 0 "$check" -
    else cat "$results/package-$check.log"; count 0 1 "$check" "./dev test package"
    fi
  done
  LOCALSCALE_PACKAGES=$packages node_timeout=900 node_stage package tests/package/*.test.mjs
  package_bench
}

stage_conformance() {
  need_release
  npm_ci "$root/tests/conformance"
  node_stage conformance tests/conformance/*.test.mjs
}

stage_browser() {
  need_release
  npm_ci "$root/tests/browser"
  node_timeout=900 node_stage browser tests/browser/*.test.mjs  # one of them writes ten thousand messages
}

stage_dashboard() {
  local folder=$root/web/dashboard step log
  npm_ci "$folder"
  for step in build check; do
    log=$results/dashboard-$step.log
    if npm --prefix "$folder" run --silent "$step" >"$log" 2>&1; then count 1 0 "dashboard $step" -
    else tail -n 40 "$log"; count 0 1 "dashboard $step" "npm --prefix web/dashboard run $step"
    fi
  done
  log=$results/dashboard-unit.log
  node "$folder/test.mjs" >"$log" 2>&1 </dev/null || true
  count_node "$log" "dashboard unit tests" "node web/dashboard/test.mjs"
  DASHBOARD_PICTURES=$results/dashboard node_stage dashboard web/dashboard/browser/*.test.mjs
}

stage_long() {
  source tools/dev/lint.sh
  source tools/dev/coverage.sh
  timed "clang-tidy" lint_tidy && count 1 0 clang-tidy - || count 0 1 clang-tidy "./dev lint"
  timed "Coverage report" coverage_report
}

run_tests() {
  local wanted=() stage
  while [ $# -gt 0 ]; do
    case $1 in
      --list) stage_help; return 0 ;;
      --long) long=1; export LOCALSCALE_LONG=1 ;;
      -R) [ -n "${2:-}" ] || die "-R needs a regular expression" "./dev test unit -R Gguf"; name_filter=$2; shift ;;
      -*) die "'$1' is not an option of ./dev test" "./dev help" ;;
      *) [[ " ${stages[*]} " == *" $1 "* ]] || die "'$1' is not a test stage" "./dev test --list"; wanted+=("$1") ;;
    esac
    shift
  done
  [ ${#wanted[@]} -gt 0 ] || wanted=("${stages[@]}")
  need_packages build test
  rm -rf "$results" && mkdir -p "$results"
  for stage in "${wanted[@]}"; do
    timed "Stage: $stage" "stage_$stage" || count 0 1 "$stage" "./dev test $stage"
  done
  [ -z "$long" ] || stage_long
  print_timings
  if [ ${#failures[@]} -gt 0 ]; then printf '\nFailed:\n'; printf '  %s\n' "${failures[@]}"; fi
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}
