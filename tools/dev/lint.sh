# The checks of ./dev lint. Each is a function that prints what is wrong and fails. Sourced.

lint_checks=(lint_format lint_include_graph lint_lock_files lint_scripts)

lint_format() { our_sources | xargs clang-format-19 --dry-run -Werror; }

lint_include_graph() { python3 tools/include_graph.py; }

# No committed lock file names where packages came from.
lint_lock_files() { ! git ls-files '*package-lock.json' | xargs -r grep -n '"resolved": *"http'; }

lint_scripts() { local script; for script in dev .ci/run tools/dev/*.sh $(git ls-files '*.sh'); do bash -n "$script" || return 1; done; }

lint_tidy() {
  build_preset debug ls_wire
  ninja -C build/debug -t targets all >/dev/null
  git ls-files 'src/*.cpp' 'apps/*.cpp' 'bench/*.cpp' 'tests/lab/*.cpp' 'tests/support/*.cpp' | grep -vE 'boost_impl|labeled_leaks' |
    xargs -P "$jobs" -n 4 clang-tidy-19 -p build/debug --quiet 2>/dev/null
}

lint_all() {
  local check bad=0
  for check in "${lint_checks[@]}" lint_tidy; do timed "$check" "$check" || bad=1; done
  [ "$bad" = 0 ] || die "lint found something" "fix what is printed above; ./dev fmt formats"
}
