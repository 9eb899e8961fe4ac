#include "supervisor/roles.hpp"

#include <array>
#include <cstdlib>
#include <map>

#include "base/log.hpp"
#include "config/model_roots.hpp"
#include "sandbox/libraries.hpp"
#include "supervisor/role_files.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;
using sandbox::Confinement;
using sandbox::Mount;

constexpr int kEngineOomScore = 500;  // A model that grew too large goes before anything of the owner's.
constexpr rlim_t kEngineFiles = 4096;
constexpr rlim_t kOtherFiles = 1024;  // The database, models being read, channels.

/// Variables that tell programs where this user's things lie; nothing else of the environment is passed on.
constexpr std::array kPassedVariables{"HOME",
                                      "XDG_DATA_HOME",
                                      "XDG_CONFIG_HOME",
                                      "XDG_CACHE_HOME",
                                      "OLLAMA_MODELS",
                                      "HF_HOME",
                                      "HF_HUB_CACHE",
                                      "LLAMA_CACHE",
                                      "LOCALSCALE_SHIPPED_MODELS",
                                      "LOCALSCALE_FAULT",
                                      "ASAN_OPTIONS",
                                      "UBSAN_OPTIONS",
                                      "TSAN_OPTIONS",
                                      "LLVM_PROFILE_FILE"};

std::vector<std::string> common_environment(const Home& home) {
  std::vector<std::string> environment{"PATH=/nonexistent", "LC_ALL=C.UTF-8",
                                       "LOCALSCALE_CONFIG=" + home.installation.config_file.string(),
                                       "LOCALSCALE_STATE_DIRECTORY=" + home.layout.state.string(),
                                       "LOCALSCALE_PROGRAMS=" + home.installation.programs.string()};
  for (const char* name : kPassedVariables) {
    if (const char* value = std::getenv(name); value != nullptr)
      environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

/// A bind mount of `path` at the same path; the source is resolved, as the new root cannot follow outside
/// links.
void bind_same(std::vector<Mount>& mounts, Mount::Kind kind, const fs::path& path, bool writable = false) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return;  // It does not exist (yet): the role lives without it.
  mounts.push_back({.kind = kind, .source = real, .target = path, .writable = writable, .optional = true});
}

/// The same for a file of the owner's, which the role may not be allowed to read where it lies. Where it
/// cannot be shown at all the role finds it missing, and says so where it needs it.
void show_owners_file(std::vector<Mount>& mounts, const Home& home, sandbox::Identity role,
                      const fs::path& file, const std::string& name) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return;
  const auto readable = readable_for(role, real, home.layout.run / "role-files", name);
  if (!readable) {
    spdlog::error("{} cannot be read: {}", file.string(), readable.error().message());
    return;
  }
  mounts.push_back({.kind = Mount::Kind::file, .source = *readable, .target = file, .optional = true});
}

/// Parents before what is mounted inside them; of several mounts at one place the last stays.
void order(std::vector<Mount>& mounts) {
  std::map<fs::path, Mount> by_target;
  for (Mount& mount : mounts) by_target.insert_or_assign(mount.target, std::move(mount));
  mounts.clear();
  for (auto& [target, mount] : by_target) mounts.push_back(std::move(mount));
}

void add(std::vector<Mount>& to, std::vector<Mount> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The program, its libraries and the config file.
Result<Confinement> own_program(const Home& home, const fs::path& program, sandbox::Identity identity) {
  auto mounts = sandbox::mounts_for_program(program);
  if (!mounts) return tl::unexpected(mounts.error());
  Confinement confinement;
  confinement.program = mounts->front().target;
  confinement.arguments = {program.filename().string()};
  confinement.environment = common_environment(home);
  confinement.identity = identity;
  confinement.mounts = std::move(*mounts);
  show_owners_file(confinement.mounts, home, identity, home.installation.config_file,
                   "config-" + std::to_string(identity.uid));
  return confinement;
}

void add_gpu(Confinement& confinement) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/dev", error)) {
    if (!entry.path().filename().string().starts_with("nvidia") && entry.path() != "/dev/kfd") continue;
    if (entry.is_character_file(error))
      bind_same(confinement.mounts, Mount::Kind::device, entry.path(), true);
  }
  for (const char* folder : {"/dev/dri", "/dev/nvidia-caps"}) {
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.is_character_file(error))
        bind_same(confinement.mounts, Mount::Kind::device, entry.path(), true);
    }
  }
  for (const char* folder :
       {"/sys/dev/char", "/sys/devices", "/sys/bus/pci", "/sys/class/drm", "/sys/module/nvidia"}) {
    bind_same(confinement.mounts, Mount::Kind::directory, folder);
  }
  confinement.mounts.push_back({.kind = Mount::Kind::proc, .target = "/proc", .optional = true});
  confinement.environment.emplace_back("LOCALSCALE_ENGINE_GPU=1");
}

std::string part_name(const std::string& stem, std::size_t part, std::size_t parts) {
  const auto digits = [](std::size_t number) {
    const std::string text = std::to_string(number);
    return std::string(5 - text.size(), '0') + text;
  };
  return "/models/" + stem + (parts > 1 ? "-" + digits(part) + "-of-" + digits(parts) : std::string()) +
         ".gguf";
}

void show_files(std::vector<Mount>& mounts, const std::vector<CheckedFile>& files, const std::string& stem) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    mounts.push_back({.kind = Mount::Kind::file,
                      .source = files[i].path,
                      .target = part_name(stem, i + 1, files.size()),
                      .identity = files[i].identity});
  }
}

/// Shows `file` and the libraries it needs; the file itself at `target`.
Result<void> show_program(std::vector<Mount>& mounts, const fs::path& file, const fs::path& target) {
  auto more = sandbox::mounts_for_program(file);
  if (!more) return tl::unexpected(more.error());
  more->front().target = target;
  add(mounts, std::move(*more));
  return {};
}

/// A library has no loader of its own: its needs are asked from the loader of the program that will load it.
Result<void> show_library(std::vector<Mount>& mounts, const fs::path& file, const fs::path& target,
                          const fs::path& program) {
  const auto loader = sandbox::loader_of(program);
  if (!loader) return tl::unexpected(loader.error());
  auto needed = sandbox::list_libraries(*loader, file);
  if (!needed) return tl::unexpected(needed.error());
  const auto show = [&](const fs::path& source, const fs::path& at) {
    std::error_code error;
    mounts.push_back({.source = fs::canonical(source, error), .target = at, .executable = true});
  };
  show(file, target);
  for (const fs::path& one : *needed) show(one, one.lexically_normal());
  return {};
}

}  // namespace

std::vector<fs::path> model_folders(const Home& home) {
  std::vector<fs::path> folders;
  for (const auto& root : config::model_roots(home.config, home.layout, home.installation.programs)) {
    if (root.path != "/") folders.push_back(root.path);
  }
  return folders;
}

Result<Confinement> house_confinement(const Home& home) {
  auto confinement = own_program(home, home.installation.house, home.users.house);
  if (!confinement) return confinement;
  for (const fs::path& folder : model_folders(home)) {
    bind_same(confinement->mounts, Mount::Kind::directory, folder);
  }
  bind_same(confinement->mounts, Mount::Kind::directory, home.layout.models);
  bind_same(confinement->mounts, Mount::Kind::directory, home.layout.blobs, true);
  bind_same(confinement->mounts, Mount::Kind::directory, home.layout.house, true);
  // A stream holds two sockets: the client's and the engine's.
  confinement->limits = {{RLIMIT_NOFILE, rlim_t{home.config.api.max_connections} * 2 + kOtherFiles}};
  order(confinement->mounts);
  return confinement;
}

Result<Confinement> fetcher_confinement(const Home& home) {
  auto confinement = own_program(home, home.installation.fetcher, home.users.fetcher);
  if (!confinement) return confinement;
  confinement->network = sandbox::Network::host;
  std::vector<Mount>& mounts = confinement->mounts;
  bind_same(mounts, Mount::Kind::directory, home.layout.models, true);
  for (const char* file : {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf",
                           "/etc/host.conf", "/etc/services", "/etc/ssl/openssl.cnf"}) {
    bind_same(mounts, Mount::Kind::file, file);
  }
  for (const char* folder :
       {"/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"}) {
    bind_same(mounts, Mount::Kind::directory, folder);
  }
  for (std::size_t i = 0; const config::Registry& registry : home.config.fetcher.registries) {
    const std::string name = "token-" + std::to_string(i++);
    if (!registry.token_file.empty())
      show_owners_file(mounts, home, home.users.fetcher, registry.token_file, name);
  }
  order(mounts);
  return confinement;
}

std::string model_in_root(const WorkerFiles& files) {
  return part_name("model", 1, files.model.size());
}

std::string projector_in_root(const WorkerFiles& files) {
  return files.projector.empty() ? std::string() : part_name("projector", 1, 1);
}

std::string with_outside_names(std::string line, const WorkerFiles& files) {
  const auto rename = [&line](const std::vector<CheckedFile>& shown, const std::string& stem) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const std::string inside = part_name(stem, i + 1, shown.size());
      const std::string outside = shown[i].path.string();
      for (std::size_t at = line.find(inside); at != std::string::npos;
           at = line.find(inside, at + outside.size()))
        line.replace(at, inside.size(), outside);
    }
  };
  rename(files.model, "model");
  rename(files.projector, "projector");
  return line;
}

Result<std::vector<Mount>> worker_programs(const Home& home) {
  const Installation& installation = home.installation;
  auto mounts =
      sandbox::mounts_for_folder(installation.engine, kEngineFolder, installation.engine / "llama-server");
  if (!mounts) {
    mounts.error().next =
        "Set [engine] directory to the folder that holds llama-server, or build it with: ./dev build";
    return mounts;
  }
  if (auto shown = show_program(*mounts, installation.shim, kShimProgram); !shown)
    return tl::unexpected(shown.error());
  if (auto shown = show_library(*mounts, installation.confine_library, kConfineLibrary, installation.shim);
      !shown) {
    return tl::unexpected(shown.error());
  }
  return mounts;
}

Confinement engine_confinement(const Home& home, std::vector<Mount> programs, const WorkerFiles& files) {
  Confinement confinement;
  confinement.identity = home.users.engine;
  confinement.oom_score_adjust = kEngineOomScore;
  confinement.limits = {{RLIMIT_NOFILE, kEngineFiles}};
  confinement.working_directory = kEngineFolder;  // llama.cpp looks for its back ends there.
  confinement.environment = {"PATH=/nonexistent",
                             "LC_ALL=C.UTF-8",
                             "HOME=/run",
                             "LLAMA_CACHE=/run",
                             std::string("LD_LIBRARY_PATH=") + kEngineFolder,
                             std::string("LOCALSCALE_ENGINE_SOCKET=") + kEngineSocket,
                             std::string("LOCALSCALE_CONFINE_LIBRARY=") + kConfineLibrary};
  confinement.mounts = std::move(programs);
  show_files(confinement.mounts, files.model, "model");
  show_files(confinement.mounts, files.projector, "projector");
  confinement.mounts.push_back({.kind = Mount::Kind::tmpfs, .target = "/run", .bytes = 64U << 10});
  if (files.gpu) add_gpu(confinement);
  order(confinement.mounts);
  return confinement;
}

Result<Confinement> probe_confinement(const Home& home, bool gpu) {
  auto programs = worker_programs(home);
  if (!programs) return tl::unexpected(programs.error());
  if (auto shown = show_program(*programs, home.installation.probe, "/localscale/llama-server"); !shown) {
    return tl::unexpected(shown.error());
  }
  WorkerFiles files;
  files.gpu = gpu;
  return engine_confinement(home, std::move(*programs), files);
}

}  // namespace localscale::supervisor
