#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace localscale::sandbox {

/// Which file a mount must show: closes the gap between checking a path and mounting it.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
};

/// One thing that the confined program finds in its root. Parents of `target` are made as needed.
struct Mount {
  enum class Kind {
    file,       ///< `source` is bound; writable or not.
    directory,  ///< `source` and what is mounted below it are bound.
    device,     ///< A device node is bound, with its device meaning.
    tmpfs,      ///< A fresh memory file system of at most `bytes`, writable by the program.
    proc,       ///< A fresh procfs that shows the confinement's own processes.
  };
  Kind kind = Kind::file;
  std::filesystem::path source =
      {};  ///< Absolute and free of symbolic links (resolve it before); unused for tmpfs, proc.
  std::filesystem::path target = {};  ///< Absolute path in the new root.
  bool writable = false;
  bool executable = false;  ///< May be executed or mapped executable (programs and libraries).
  bool optional = false;    ///< A source that is missing or no folder, or a refused procfs, is no error.
  std::uint64_t bytes = 1U << 20;
  std::optional<FileIdentity> identity = std::nullopt;
};

/// Descriptor `fd` of the starter becomes descriptor `number` of the program.
struct PassedFd {
  int fd = -1;
  int number = -1;
};

struct Limit {
  int resource = RLIMIT_NOFILE;
  rlim_t value = 0;
};

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
};

enum class Network {
  none,  ///< An own network namespace without any interface up.
  host,
};

/// Everything a confined program gets; what is not named here it does not have.
struct Confinement {
  std::filesystem::path program;         ///< Path in the new root.
  std::vector<std::string> arguments;    ///< With argv[0].
  std::vector<std::string> environment;  ///< "NAME=value"
  std::filesystem::path working_directory = "/";
  std::vector<Mount> mounts;
  Network network = Network::none;
  std::vector<PassedFd> fds;  ///< 0, 1 and 2 are /dev/null where not named.
  std::optional<Identity>
      identity;  ///< The role's user when started with root's rights; else the starter's own.
  int oom_score_adjust =
      0;  ///< 0 to 1000: how much sooner than others the kernel ends it for want of memory.
  std::vector<Limit> limits;  ///< Core files are always off.
  int control_group = -1;     ///< An open cgroup.procs that the program joins; -1: the starter's group.
};

}  // namespace localscale::sandbox
