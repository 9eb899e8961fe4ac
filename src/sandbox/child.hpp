#pragma once

#include <optional>

#include <sys/types.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "sandbox/confinement.hpp"

namespace localscale::sandbox {

/// How a process ended: `code` -1 if a signal ended it, `signal` 0 if it exited by itself.
struct Exit {
  int code = -1;
  int signal = 0;
};

/// One started process. It is the first of its PID namespace, so nothing that it starts outlives it.
/// Destroying a Child that still runs kills and reaps it. For one thread.
class Child {
 public:
  Child(pid_t pid, UniqueFd pidfd);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable once the process has ended.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  /// The end of the process, or nullopt while it runs. Reaps it.
  std::optional<Exit> poll_exit();
  /// Waits for the end and reaps.
  Exit wait();
  /// Sends a signal; silently nothing if it has ended.
  void signal(int number) const;

 private:
  std::optional<Exit> reap(int options);
  void kill_and_reap();

  pid_t pid_ = -1;
  UniqueFd pidfd_;
  std::optional<Exit> exit_;
};

/// True if this process may set up namespaces and switch users without a user namespace of its own.
bool has_root_rights();

/// Starts a program in its confinement and returns once it runs (or its set-up failed: the error names the
/// step). The caller must have a single thread, as the set-up runs in a copy of it.
Result<Child> start(const Confinement& confinement);

}  // namespace localscale::sandbox
