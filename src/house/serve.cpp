#include "house/serve.hpp"

#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <signal.h>

#include "base/exit_status.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "house/collected_log.hpp"
#include "house/house.hpp"
#include "house/inspect.hpp"
#include "house/programs_folder.hpp"
#include "sandbox/probe.hpp"
#include "sandbox/self_confine.hpp"

namespace localscale::house {
namespace {

constexpr int status_usage = 2;

int tell(const Error& error, int status = 1) {
  fmt::print(stderr, "localscaled: {}\n", error.message());
  return status;
}

int check_config(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return tell({Errc::not_found, fmt::format("There is no file {}.", file.string()), {}}, status_usage);
  }
  const auto config = config::load(file);
  if (!config) return tell(config.error(), status_usage);
  fmt::print("{}: fine\n", file.string());
  return 0;
}

/// Behind the house's own filters: what it reads was written by the house and by strangers.
int inspect_home(const std::filesystem::path& file) {
  const auto programs = programs_folder();
  if (auto walls = sandbox::enter(sandbox::Profile::house); !walls) return tell(walls.error());
  const auto config = config::load(file);
  if (!config) return tell(config.error(), status_usage);
  spdlog::set_level(spdlog::level::off);
  fmt::print("{}\n", inspect(*config, programs));
  return 0;
}

Result<void> shut_in([[maybe_unused]] const Arguments& arguments) {
#ifdef LOCALSCALE_FAULT_POINTS
  if (arguments.unconfined) return {};
#endif
  const auto walls = sandbox::enter(sandbox::Profile::house);
  if (!walls) return tl::unexpected(walls.error());
  return {};
}

/// Shuts itself in as for serving, then tries to get out.
int probe() {
  const auto walls = sandbox::enter(sandbox::Profile::house);
  return walls ? sandbox::run_probe(sandbox::Profile::house) : tell(walls.error());
}

Result<Inheritance> take_inheritance() {
  auto sockets = take_inherited_sockets();
  if (!sockets) return tl::unexpected(sockets.error());
  if (sockets->empty()) {
    return fail(Errc::invalid_argument,
                "localscaled has no door: it opens no port itself, it takes them from the supervisor.",
                "Start the home with: localscale up");
  }
  auto supervisor = take_inherited_fd("LOCALSCALE_SUPERVISOR_FD");
  if (!supervisor) return tl::unexpected(supervisor.error());
  auto fetcher = take_inherited_fd("LOCALSCALE_FETCHER_FD");
  if (!fetcher) return tl::unexpected(fetcher.error());
  auto names = take_inherited_fd("LOCALSCALE_LAN_NAMES_FD");
  if (!names) return tl::unexpected(names.error());
  return Inheritance{std::move(*sockets), take_shut_doors(),
                     Channels{std::move(*supervisor), std::move(*fetcher)}, std::move(*names)};
}

Result<void> serve(const Arguments& arguments) {
  // Walls first: nothing that can be wrong in a file is read before them.
  if (auto in = shut_in(arguments); !in) return in;
  auto config = config::load(config::default_path());
  if (!config) return tl::unexpected(config.error());
  log::start("house", config->log.format == "json" ? log::Format::json : log::Format::text,
             spdlog::level::from_str(config->log.level));
  auto inherited = take_inheritance();
  if (!inherited) return tl::unexpected(inherited.error());
  boost::asio::io_context context(1);
  const CollectedLog collected(context);
  auto house = House::make(context, std::move(*config), std::move(*inherited));
  if (!house) return tl::unexpected(house.error());
  if (auto opened = (*house)->open(); !opened) return opened;
  context.run();
  return {};
}

}  // namespace

int run(int argc, const char* const* argv) {
  signal(SIGPIPE, SIG_IGN);
  const auto arguments = parse_arguments(argc, argv);
  if (!arguments) return tell(arguments.error(), status_usage);
  switch (arguments->action) {
    case Arguments::Action::version:
      fmt::print("localscaled {}\n", LOCALSCALE_VERSION);
      return 0;
    case Arguments::Action::help:
      fmt::print("{}", usage());
      return 0;
    case Arguments::Action::check_config:
      return check_config(arguments->file);
    case Arguments::Action::inspect:
      return inspect_home(arguments->file);
    case Arguments::Action::escape_probe:
      return probe();
    case Arguments::Action::serve:
      break;
  }
  const auto served = serve(*arguments);
  if (served) return 0;
  // It fails only before the first door is open, and would again, unless what it lacks may come back.
  const bool may_help = served.error().code == Errc::unavailable || served.error().code == Errc::exhausted;
  return tell(served.error(), may_help ? 1 : exit_cannot_run);
}

}  // namespace localscale::house
