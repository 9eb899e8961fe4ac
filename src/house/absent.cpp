#include "house/absent.hpp"

namespace localscale::house {
namespace {

tl::unexpected<Error> no_supervisor() {
  return fail(Errc::unavailable, "This house runs without its supervisor, so it cannot start engines.",
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

net::Task<Result<void>> AbsentPuller::pull(std::string_view /*name*/, engine::ProgressSink /*progress*/) {
  co_return fail(Errc::unavailable, "This house runs without its fetcher, so it cannot download models.",
                 "Start the home with: localscale up");
}

}  // namespace localscale::house
