// bench_cli_status PROGRAM [RUNS]: how long `PROGRAM status` takes, from its start to its end, against the
// home that the environment names. Prints a table and the claim cli_status_ms (the median).
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr double bar_ms = 20;

/// One run in milliseconds; ends this program where it fails.
double run_once(char* program) {
  char verb[] = "status";
  char* const arguments[] = {program, verb, nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto begin = Clock::now();
  pid_t child = -1;
  int status = -1;
  const int error = posix_spawn(&child, program, &actions, nullptr, arguments, environ);
  if (error == 0) waitpid(child, &status, 0);
  const double took = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return took;
  fmt::print(stderr, "bench_cli_status: {} status failed: does a home run?\n", program);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "bench_cli_status PROGRAM [RUNS]\n");
    return 2;
  }
  const int runs = argc > 2 ? std::max(3, std::atoi(argv[2])) : 101;
  run_once(argv[1]);  // The first reads the files from the disk.
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(runs));
  for (int i = 0; i < runs; ++i) times.push_back(run_once(argv[1]));
  std::ranges::sort(times);
  const double median = times[times.size() / 2];
  const double slow = times[times.size() * 95 / 100];
  fmt::print("localscale status   runs {}   best {:.1f} ms   median {:.1f} ms   p95 {:.1f} ms\n", runs,
             times.front(), median, slow);
  fmt::print(
      R"({{"bench":"home","claim":"cli_status_ms","value":{:.2f},"unit":"ms","bar":{},"better":"lower",)"
      R"("ok":{},"with":{{"runs":{},"p95_ms":{:.2f}}}}})"
      "\n",
      median, bar_ms, median <= bar_ms, runs, slow);
  return median <= bar_ms ? 0 : 1;
}
