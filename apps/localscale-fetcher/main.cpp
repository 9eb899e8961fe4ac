// The only process of a home that asks model registries. Started by the supervisor with its channel to the
// house.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "mesh/fetcher/program.hpp"
#include "sandbox/probe.hpp"
#include "sandbox/self_confine.hpp"

namespace {

using namespace localscale;

constexpr const char* channel_variable = "LOCALSCALE_HOUSE_FD";

Result<UniqueFd> channel() {
  const char* text = std::getenv(channel_variable);
  const auto number = text == nullptr ? std::nullopt : parse_u64(text);
  if (!number || *number > 65535) {
    return fail(Errc::invalid_argument,
                std::string(channel_variable) + " does not name the channel to the house.",
                "This program is started by localscale-supervisor: run localscale up.");
  }
  return UniqueFd(static_cast<int>(*number));
}

int report(const Error& error) {
  std::fprintf(stderr, "localscale-fetcher: %s\n", error.message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool inside = std::getenv(channel_variable) != nullptr;
  const bool probing = argc == 2 && std::string_view(argv[1]) == "--escape-probe";
  // Before anything else: what follows reads configs and talks to strangers. By hand it only says how to use
  // it.
  if (inside || probing) {
    if (auto entered = sandbox::enter(sandbox::Profile::fetcher); !entered) return report(entered.error());
  }
  if (probing) return sandbox::run_probe(sandbox::Profile::fetcher);
  std::string config_path = config::default_path().string();
  mesh::fetcher::RetryPolicy policy;
  unsigned stall_seconds = static_cast<unsigned>(policy.stall.count());
  unsigned retry_base_ms = static_cast<unsigned>(policy.base.count());

  CLI::App app("Downloads models for a Localscale home. Started by localscale-supervisor.");
  app.add_option("--config", config_path, "The home's config file")->capture_default_str();
  app.add_option("--stall-seconds", stall_seconds, "A connection that moves nothing for this long is dropped")
      ->check(CLI::Range(1U, 3600U))
      ->capture_default_str();
  app.add_option("--retry-base-ms", retry_base_ms, "The first pause before asking again")
      ->check(CLI::Range(1U, 60'000U))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  policy.stall = std::chrono::seconds(stall_seconds);
  policy.base = std::chrono::milliseconds(retry_base_ms);

  const auto config = config::load(config_path);
  if (!config) return report(config.error());
  log::start("fetcher", config->log.format == "json" ? log::Format::json : log::Format::text,
             spdlog::level::from_str(config->log.level));
  auto fd = channel();
  if (!fd) return report(fd.error());
  const auto ran = mesh::fetcher::run_fetcher(*config, policy, std::move(*fd));
  return ran ? 0 : report(ran.error());
}
