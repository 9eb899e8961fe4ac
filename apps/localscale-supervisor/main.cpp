#include <cstdio>
#include <string>
#include <string_view>

#include <sys/prctl.h>

#include "base/exit_status.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "supervisor/installation.hpp"
#include "supervisor/listeners.hpp"
#include "supervisor/lock.hpp"
#include "supervisor/roles.hpp"
#include "supervisor/state_folders.hpp"
#include "supervisor/supervisor.hpp"

namespace {

using localscale::Result;
namespace config = localscale::config;
namespace supervisor = localscale::supervisor;

constexpr std::string_view kUsage =
    "localscale-supervisor: starts the home and keeps it running.\n"
    "Usage: localscale-supervisor                read the default config\n"
    "       localscale-supervisor --config FILE  read another\n"
    "       localscale-supervisor --ollama-port  also serve on 127.0.0.1:11434, if it is free\n"
    "It opens the home's sockets and runs localscaled, localscale-fetcher and the engines in their "
    "confinement.\n"
    "SIGTERM or Ctrl-C ends it once running answers are done.\n";

Result<void> run(const std::filesystem::path& config_file, bool ollama_port) {
  auto read = config::load(config_file);
  if (!read) return tl::unexpected(read.error());
  read->api.ollama_port = read->api.ollama_port || ollama_port;
  const bool json = read->log.format == "json";
  localscale::log::start("supervisor", json ? localscale::log::Format::json : localscale::log::Format::text,
                         spdlog::level::from_str(read->log.level));
  const config::Layout layout(*read);
  auto installation = supervisor::find_installation(*read, config_file);
  if (!installation) return tl::unexpected(installation.error());
  const supervisor::RoleUsers users = supervisor::role_users();
  if (auto prepared = supervisor::prepare_state(layout, users); !prepared) return prepared;
  const auto lock = supervisor::take_lock(layout.lock);
  if (!lock) return tl::unexpected(lock.error());
  auto listeners = supervisor::open_listeners(*read, layout);
  if (!listeners) return tl::unexpected(listeners.error());
  auto loop = supervisor::EventLoop::make();
  if (!loop) return tl::unexpected(loop.error());
  supervisor::Supervisor home(std::move(*loop), {*read, layout, *installation, users}, std::move(*listeners));
  return home.run();
}

/// What another start would find again is told apart: the service manager then does not try it.
int exit_status(const localscale::Error& error) {
  const bool lasts =
      error.code == localscale::Errc::invalid_argument || error.code == localscale::Errc::conflict;
  return lasts ? localscale::exit_cannot_run : 1;
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  std::filesystem::path config_file;
  bool ollama_port = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--config" && i + 1 < argc) {
      config_file = argv[++i];
    } else if (argument == "--ollama-port") {
      ollama_port = true;
    } else {
      const bool help = argument == "--help" || argument == "-h";
      std::fprintf(help ? stdout : stderr, "%.*s", static_cast<int>(kUsage.size()), kUsage.data());
      return help ? 0 : 2;
    }
  }
  if (config_file.empty()) config_file = config::default_path();
  // The confined processes read it from another working directory.
  std::error_code error;
  if (const auto absolute = std::filesystem::absolute(config_file, error); !error) config_file = absolute;
  const auto done = run(config_file, ollama_port);
  if (!done) std::fprintf(stderr, "localscale-supervisor: %s\n", done.error().message().c_str());
  return done ? 0 : exit_status(done.error());
}
