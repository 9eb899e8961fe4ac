#include "cli/doctor/gather.hpp"

#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cli/doctor/run_program.hpp"
#include "cli/home_status.hpp"
#include "cli/supervisor_process.hpp"

namespace localscale::cli::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience_with_house{3};
constexpr std::chrono::seconds patience_with_inspection{20};

FileFacts look_at_file(const fs::path& path) {
  FileFacts facts{.path = path.string()};
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return facts;
  facts.exists = true;
  facts.mode = info.st_mode & 07777U;
  facts.is_own = info.st_uid == 0 || info.st_uid == geteuid();
  return facts;
}

/// The folder itself, or the nearest above it that is there: where it would be made.
fs::path nearest_existing(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

DiskFacts look_at_disk(const char* what, const fs::path& path, std::uint64_t wanted_bytes) {
  DiskFacts facts{.what = what, .path = path.string(), .wanted_bytes = wanted_bytes};
  const fs::path there = nearest_existing(path);
  struct statvfs info{};
  if (statvfs(there.c_str(), &info) != 0) {
    facts.error = fail_errno(fmt::format("Looking at {}", there.string()), errno).value().what;
    return facts;
  }
  facts.free_bytes = std::uint64_t{info.f_bavail} * info.f_frsize;
  facts.writable = access(there.c_str(), W_OK) == 0;
  return facts;
}

void take_answer(const Json& status, HomeFacts& facts) {
  facts.state = HomeFacts::State::answers;
  facts.word = text_at(status, "state", "Unknown");
  facts.reason = text_at(status, "reason");
  facts.version = text_at(status, "version");
  for (const Json& wall : list_at(status, "walls"))
    facts.walls.push_back({text_at(wall, "name"), flag_at(wall, "stands"), text_at(wall, "detail")});
  for (const Json& door : list_at(status, "doors"))
    facts.doors.push_back({text_at(door, "name"), text_at(door, "url"), text_at(door, "note")});
}

void take_inspection(const Json& seen, StoreFacts& store, CertificateFacts& certificate) {
  store.models = number_at(seen, "models");
  store.error = text_at(seen, "error");
  store.next = text_at(seen, "next");
  for (const Json& problem : list_at(seen, "problems"))
    store.problems.push_back({text_at(problem, "name"), text_at(problem, "message")});
  const Json& unfinished = object_at(seen, "unfinished");
  store.unfinished_files = number_at(unfinished, "files");
  store.unfinished_bytes = static_cast<std::uint64_t>(number_at(unfinished, "bytes"));
  for (const Json& orphan : list_at(seen, "orphaned")) {
    store.orphans.push_back(text_at(orphan, "path"));
    store.orphan_bytes += static_cast<std::uint64_t>(number_at(orphan, "bytes"));
  }
  if (const auto expires = number_at(seen, "lan_certificate_expires_at_unix"); expires > 0)
    certificate.expires_unix_s = expires;
}

}  // namespace

ConfigFacts look_at_config(const fs::path& path, const Outcome<config::Config>& config) {
  ConfigFacts facts{.file = look_at_file(path)};
  if (!config) {
    facts.error = config.error().error.what;
    return facts;
  }
  for (const config::Registry& registry : config->fetcher.registries) {
    if (!registry.token_file.empty()) facts.token_files.push_back(look_at_file(registry.token_file));
  }
  return facts;
}

HomeFacts look_at_home(const Home& home) {
  HomeFacts facts;
  if (const auto holder = lock_holder(home.layout()); holder && *holder) facts.supervisor = **holder;
  const auto status = status_of(home, patience_with_house);
  if (status) {
    take_answer(*status, facts);
    return facts;
  }
  facts.error = status.error().error.message();
  if (status.error().error.code == Errc::denied)
    facts.state = HomeFacts::State::refuses;
  else if (facts.supervisor != 0 || status.error().exit != Exit::not_running)
    facts.state = HomeFacts::State::silent;
  return facts;
}

std::vector<DiskFacts> look_at_disks(const config::Config& config, const config::Layout& layout) {
  constexpr std::uint64_t for_state = 256ULL << 20;
  return {look_at_disk("state", layout.state, for_state),
          look_at_disk("models", layout.models, config.fetcher.keep_free_bytes)};
}

ClockFacts look_at_clock() {
  ClockFacts facts{.now_unix_s = std::time(nullptr)};
  struct stat program{};
  if (stat("/proc/self/exe", &program) == 0) facts.program_unix_s = program.st_mtim.tv_sec;
  timex state{};
  if (adjtimex(&state) >= 0) facts.synchronised = (state.status & STA_UNSYNC) == 0;
  return facts;
}

StoreFacts look_at_store(const fs::path& config_path, CertificateFacts& certificate) {
  StoreFacts store;
  const auto program = sibling_program("localscaled");
  if (!program) {
    store.error = program.error().what;
    return store;
  }
  const auto ran = run_program(*program, {"--inspect", config_path.string()}, patience_with_inspection);
  if (!ran) {
    store.error = ran.error().message();
    return store;
  }
  const Json seen = Json::parse(ran->output, nullptr, /*allow_exceptions=*/false);
  if (seen.is_object())
    take_inspection(seen, store, certificate);
  else
    store.error = one_line(ran->errors.substr(0, 500));
  return store;
}

Facts gather(const Context& context) {
  Facts facts;
  const auto config = context.config();
  facts.own_version = LOCALSCALE_VERSION;
  facts.config = look_at_config(context.config_path, config);
  facts.clock = look_at_clock();
  if (!config) {
    facts.limits = look_at_limits(config::Api{}.max_connections, 0);
    return facts;
  }
  const config::Layout layout(*config);
  facts.home = look_at_home(Home(layout));
  facts.limits = look_at_limits(config->api.max_connections, static_cast<pid_t>(facts.home->supervisor));
  facts.gpu = look_at_gpu(*config);
  facts.tools = look_at_tools(*config, *facts.gpu);
  // What belongs to another user would only look broken to this one.
  if (facts.home->state == HomeFacts::State::refuses) return facts;
  facts.ports = look_at_ports(*config, *facts.home);
  facts.disks = look_at_disks(*config, layout);
  facts.certificate =
      CertificateFacts{.door_wanted = config->lan.enabled, .plaintext = config->lan.allow_plaintext};
  facts.store = look_at_store(context.config_path, *facts.certificate);
  return facts;
}

}  // namespace localscale::cli::doctor
