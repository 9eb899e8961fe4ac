# ./dev test --long: line coverage of src/ by the unit tests. Sourced.

coverage_report() {
  build_preset coverage
  rm -rf build/coverage/profiles
  (cd build/coverage && LLVM_PROFILE_FILE=$root/build/coverage/profiles/%p.profraw ctest -L unit -j"$jobs" >/dev/null) || true
  llvm-profdata-19 merge -sparse build/coverage/profiles/*.profraw -o build/coverage/all.profdata
  local objects=() test
  for test in build/coverage/tests/test_*; do [ -x "$test" ] && objects+=(-object "$test"); done
  llvm-cov-19 report "${objects[@]}" -instr-profile=build/coverage/all.profdata -ignore-filename-regex='(_test\.cpp|/usr/|/generated/|tests/)' |
    tee build/coverage/report.txt | tail -n 1
}
