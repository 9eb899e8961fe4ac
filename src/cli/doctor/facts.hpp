#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What was seen of a home and its machine; no judgement. An `error` that is not empty says why the rest of a
/// part is not known.
namespace localscale::cli::doctor {

/// A file that the config names, and who may do what with it.
struct FileFacts {
  std::string path = {};
  bool exists = false;
  std::uint32_t mode = 0;  ///< Permission bits.
  bool is_own = false;     ///< Belongs to this user or root.
};

struct ConfigFacts {
  FileFacts file = {};
  std::string error = {};                   ///< The mistakes in it.
  std::vector<FileFacts> token_files = {};  ///< Of registries.
};

struct WallFacts {
  std::string process = {};
  bool stands = false;
  std::string detail = {};
};

struct DoorFacts {
  std::string name = {};
  std::string url = {};   ///< Empty: shut.
  std::string note = {};  ///< Why it is shut.
};

struct HomeFacts {
  enum class State { stopped, silent, refuses, answers };
  State state = State::stopped;
  std::int64_t supervisor = 0;  ///< The process that holds the home's lock; 0: none.
  std::string word = {};        ///< The home's own state and reason, where it answers.
  std::string reason = {};
  std::string version = {};  ///< Of the running house.
  std::string error = {};    ///< Why it does not answer.
  std::vector<WallFacts> walls = {};
  std::vector<DoorFacts> doors = {};
};

struct ToolFacts {
  std::string folder = {};                ///< Of the engine.
  std::vector<std::string> missing = {};  ///< Programs of the engine and of Localscale that are not there.
  std::string version = {};               ///< Of llama-server, in its own words.
  std::string error = {};                 ///< Why llama-server did not run.
};

struct LimitFacts {
  std::uint64_t files_allowed = 0;  ///< Open files per process, at most.
  std::uint64_t files_wanted = 0;
  std::string memory_groups = {};     ///< Why engines get no memory limit of their own; empty: they do.
  std::string namespaces_error = {};  ///< Why no namespaces can be made; empty: they can.
  bool seccomp = false;
  int landlock = 0;  ///< The kernel's version of it; 0: none.
};

struct PortFacts {
  std::string key = {};  ///< That changes it: "api.port".
  std::uint16_t port = 0;
  bool wanted = false;  ///< The config asks for it.
  bool free = false;
  bool ours = false;        ///< The running home serves there.
  std::string holder = {};  ///< "nginx (process 12)"; empty if it cannot be seen.
  std::string error = {};   ///< Why it could not be tried.
};

struct DiskFacts {
  std::string what = {};  ///< "state" or "models".
  std::string path = {};
  bool writable = false;
  std::uint64_t free_bytes = 0;
  std::uint64_t wanted_bytes = 0;  ///< What should stay free.
  std::string error = {};
};

struct GpuFacts {
  std::vector<std::string> devices = {};         ///< Device nodes of this machine.
  std::vector<std::string> engine_devices = {};  ///< What the engine says that it can use.
  std::uint32_t layers = 0;                      ///< engine.gpu_layers
  bool engine_asked = false;
};

struct StoreFacts {
  struct Problem {
    std::string name = {};  ///< May be empty.
    std::string message = {};
  };
  std::int64_t models = 0;
  std::vector<Problem> problems = {};
  std::int64_t unfinished_files = 0;
  std::uint64_t unfinished_bytes = 0;
  std::vector<std::string> orphans = {};
  std::uint64_t orphan_bytes = 0;
  std::string error = {};
  std::string next = {};  ///< What helps against the error, if that is known.
};

struct ClockFacts {
  std::int64_t now_unix_s = 0;
  std::int64_t program_unix_s = 0;        ///< When the program was made: no clock can be right before.
  std::optional<bool> synchronised = {};  ///< By a time service; nullopt: the kernel does not say.
};

struct CertificateFacts {
  bool door_wanted = false;  ///< [lan] enabled
  bool plaintext = false;
  std::optional<std::int64_t> expires_unix_s = {};
};

/// The parts that only a readable config leads to are empty without one.
struct Facts {
  ConfigFacts config;
  LimitFacts limits;
  ClockFacts clock;
  std::optional<HomeFacts> home = {};
  std::optional<ToolFacts> tools = {};
  std::vector<PortFacts> ports = {};
  std::vector<DiskFacts> disks = {};
  std::optional<GpuFacts> gpu = {};
  std::optional<StoreFacts> store = {};
  std::optional<CertificateFacts> certificate = {};
  std::string own_version = {};
};

}  // namespace localscale::cli::doctor
