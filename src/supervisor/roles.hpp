#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "sandbox/confinement.hpp"
#include "supervisor/installation.hpp"
#include "supervisor/model_path.hpp"

/// What each confined process of the home gets: the one place that says who may see what.
namespace localscale::supervisor {

/// Everything that the roles are made from.
struct Home {
  config::Config config;
  config::Layout layout;
  Installation installation;
  RoleUsers users;
};

/// Every folder in which models may lie, as plain paths.
std::vector<std::filesystem::path> model_folders(const Home& home);

/// localscaled: no network; its state and the models writable, other tools' models readable. No sockets, no
/// /proc. The caller adds descriptors and their environment.
Result<sandbox::Confinement> house_confinement(const Home& home);

/// localscale-fetcher: the host's network; models/ writable, resolver files, CA certificates, token files.
Result<sandbox::Confinement> fetcher_confinement(const Home& home);

/// Where an engine worker's root shows things.
inline constexpr const char* kEngineFolder = "/engine";
inline constexpr const char* kEngineSocket = "/run/engine.sock";
inline constexpr const char* kShimProgram = "/localscale/localscale-shim";
inline constexpr const char* kConfineLibrary = "/localscale/liblocalscale-confine.so";

/// What one worker may see besides the engine itself.
struct WorkerFiles {
  std::vector<CheckedFile> model;      ///< One file, or the parts of a split model in order.
  std::vector<CheckedFile> projector;  ///< None or one.
  bool gpu = false;                    ///< Let the GPU's device nodes in.
};

/// Path of the model (its first part) in the worker's root.
std::string model_in_root(const WorkerFiles& files);
std::string projector_in_root(const WorkerFiles& files);

/// `line` of a worker's output with its files named as they are called outside of its root: what the worker
/// says of them, people look for.
std::string with_outside_names(std::string line, const WorkerFiles& files);

/// What every worker's root holds: the engine's folder, the shim, the confining library, and all the
/// libraries that they need. It asks the loader about each of them, which takes some 50 ms: keep the answer.
Result<std::vector<sandbox::Mount>> worker_programs(const Home& home);

/// An engine worker: no network, `programs`, the given files, an empty /run. Program and arguments are the
/// caller's.
sandbox::Confinement engine_confinement(const Home& home, std::vector<sandbox::Mount> programs,
                                        const WorkerFiles& files);

/// As an engine worker (with the GPU's devices if `gpu`), with the escape probe in place of llama-server.
Result<sandbox::Confinement> probe_confinement(const Home& home, bool gpu);

}  // namespace localscale::supervisor
