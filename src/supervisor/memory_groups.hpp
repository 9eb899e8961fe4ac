#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::supervisor {

/// The control group of one worker. Removed with the object, which must outlive the worker's processes.
class MemoryGroup {
 public:
  /// No group: the worker stays in its starter's.
  MemoryGroup() = default;
  MemoryGroup(std::filesystem::path path, UniqueFd joining)
      : path_(std::move(path)), joining_(std::move(joining)) {}
  MemoryGroup(MemoryGroup&& other) noexcept;
  MemoryGroup& operator=(MemoryGroup&& other) noexcept;
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;
  ~MemoryGroup();

  /// A process that writes "0" here joins; -1 without a group.
  [[nodiscard]] int joining_fd() const { return joining_.get(); }

 private:
  void remove();

  std::filesystem::path path_;
  UniqueFd joining_;
};

/// Gives each engine worker a memory limit, so that one that runs away is ended and not the house. Control
/// groups are the only means that counts what matters: RLIMIT_AS and RLIMIT_DATA count addresses, and mapped
/// weights need many that cost nothing while they can be dropped. For one thread.
class MemoryGroups {
 public:
  /// `limit_bytes`: per worker. Uses this process's own group: in version 2 only one that was delegated to us
  /// (systemd: Delegate=yes), where this process, and so the children that it starts later, moves into a
  /// group "supervisor" below, as the kernel wants processes in the leaves only.
  explicit MemoryGroups(std::uint64_t limit_bytes);

  /// Why workers get no limit; empty if they do.
  [[nodiscard]] const std::string& missing() const { return missing_; }
  [[nodiscard]] std::uint64_t limit_bytes() const { return limit_bytes_; }
  /// The group for a worker that is started next; an empty one where there is no limit.
  Result<MemoryGroup> make(std::uint64_t worker) const;

 private:
  void use_version_2(const std::filesystem::path& own);
  void use_version_1(const std::filesystem::path& own);
  void remove_left_over() const;

  std::uint64_t limit_bytes_;
  std::filesystem::path parent_;
  bool version_2_ = false;
  std::string missing_;
};

/// What an engine may use of a machine with so much memory, of which `reserve` stays for others.
std::uint64_t worker_memory_limit(std::uint64_t total_bytes, std::uint64_t reserve_bytes);

}  // namespace localscale::supervisor
