#pragma once

#include <cerrno>
#include <string>
#include <vector>

#include <unistd.h>

#include "sandbox/profile.hpp"

/// The parts of the escape probe. Each tries one kind of way out and reports what it finds open.
namespace localscale::sandbox::probe {

/// Collects the open ways.
class Report {
 public:
  explicit Report(Profile profile) : profile_(profile) {}

  [[nodiscard]] Profile profile() const { return profile_; }
  [[nodiscard]] bool is_engine() const {
    return profile_ == Profile::engine || profile_ == Profile::engine_gpu;
  }
  [[nodiscard]] bool is_fetcher() const { return profile_ == Profile::fetcher; }
  void open(std::string way) { ways_.push_back(std::move(way)); }
  [[nodiscard]] const std::vector<std::string>& ways() const { return ways_; }

 private:
  Profile profile_;
  std::vector<std::string> ways_;
};

/// True if a system call got past the filter, whatever it answered then.
inline bool reached(long result) {
  return result >= 0 || (errno != EPERM && errno != ENOSYS);
}

/// Every socket family and type; inherited sockets turned round; DNS and TCP; listening.
void try_sockets(Report& report);
/// Unix sockets by path (well-known ones and all that a walk finds) and by abstract name.
void try_unix_sockets(Report& report);
/// Other processes: ptrace, their memory, descriptors, namespaces, signals; new processes and programs.
void try_processes(Report& report);
/// Files and devices that must not be visible, ways to other roots.
void try_files(Report& report);
/// Kernel interfaces that no role needs: each is called with arguments that do nothing.
void try_kernel_interfaces(Report& report);

}  // namespace localscale::sandbox::probe
