#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::lab {

/// Who starts the supervisor.
enum class Starter { root, user };

/// A supervisor with stub house and fetcher, real shim, real walls and (where built) the real engine, in a
/// folder of its own. Ends with the object; whatever it leaves behind is killed.
class HomeLab {
 public:
  /// Without the program `missing`, until it is put there.
  explicit HomeLab(Starter starter, std::string missing = {});
  ~HomeLab();
  HomeLab(const HomeLab&) = delete;
  HomeLab& operator=(const HomeLab&) = delete;

  /// True if this test run has what the lab needs: root for Starter::root, and llama-server where `engine`.
  static bool possible(Starter starter, bool engine);

  /// One line to the stub house, its answer; "unreachable" if none comes within `seconds`.
  std::string ask(const std::string& line, int seconds = 20) const;

  /// Starts a second supervisor on the same state and returns what it printed once it ended.
  [[nodiscard]] std::string start_another() const;

  [[nodiscard]] pid_t supervisor() const { return supervisor_; }
  /// Processes below the supervisor (any depth) whose command line begins with `name`.
  [[nodiscard]] std::vector<pid_t> descendants(const std::string& name) const;
  /// Waits until a descendant of that name exists that is not `former`; 0 if none comes within 10 s.
  [[nodiscard]] pid_t wait_for(const std::string& name, pid_t former = 0) const;
  /// Open descriptors of the supervisor.
  [[nodiscard]] std::size_t open_descriptors() const;
  [[nodiscard]] std::size_t zombies() const;
  [[nodiscard]] std::filesystem::path model() const { return folder_.path() / "models" / "tiny.gguf"; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path state() const { return folder_.path() / "state"; }
  [[nodiscard]] std::string log() const;

  /// Puts one of our programs into this home's folder of programs.
  void put(const std::string& program) const;

  /// The exit code of a supervisor that ends by itself, or -1 if it did not within 15 s or a signal ended it.
  int wait_for_end();
  /// SIGTERM; returns the exit code, or -1 if it did not end within 15 s or a signal ended it.
  int stop();

 private:
  void copy_programs() const;
  void write_config() const;
  [[nodiscard]] pid_t spawn(const std::filesystem::path& output) const;
  void wait_until_ready() const;

  Starter starter_;
  std::string missing_;
  tests::TemporaryFolder folder_;
  std::uint16_t port_;
  pid_t supervisor_ = -1;
};

}  // namespace localscale::lab
