#include "house/absent.hpp"

namespace localscale::house {
namespace {

tl::unexpected<Error> no_supervisor() {
  return fail(Errc::unavailable, "This house runs without its supervisor, so it cannot start engines.",
              "Start the home with: localscale up");
}

tl::unexpected<Error> no_fetcher() {
  return fail(Errc::unavailable, "This house runs without its fetcher, so it cannot ask model registries.",
              "Start the home with: localscale up");
}

}  // namespace

net::Task<Result<std::unique_ptr<engine::Worker>>> AbsentLauncher::launch_server(
    engine::ServerSpec /*spec*/, engine::ExitHandler /*on_exit*/) {
  co_return no_supervisor();
}

net::Task<Result<std::string>> AbsentLauncher::run_bench(engine::BenchSpec /*spec*/,
                                                         std::chrono::milliseconds /*limit*/) {
  co_return no_supervisor();
}

net::Task<Result<void>> AbsentFetcher::pull(std::string_view /*name*/, engine::ProgressSink /*progress*/) {
  co_return no_fetcher();
}

Result<std::string> AbsentFetcher::start(std::string_view /*name*/) {
  return no_fetcher();
}

Result<void> AbsentFetcher::pause(std::string_view name) {
  return fail(Errc::not_found, "'" + std::string(name) + "' is not being pulled.");
}

net::Task<Result<engine::RemoteModel>> AbsentFetcher::look_up(std::string_view /*name*/) {
  co_return no_fetcher();
}

net::Task<Result<std::string>> AbsentReleases::release_file() {
  co_return fail(Errc::unavailable, "This house runs without its fetcher, so it cannot ask for releases.",
                 "Start the home with: localscale up");
}

}  // namespace localscale::house
