#include "house/home_config.hpp"

#include <utility>

namespace localscale::house {
namespace {

tl::unexpected<Error> no_supervisor() {
  return fail(Errc::unavailable,
              "This house runs without its supervisor, which keeps the config: nothing was changed.",
              "Start the home with: localscale up");
}

}  // namespace

net::Task<Result<engine::ConfigText>> HomeConfig::read() {
  if (link_ == nullptr) co_return no_supervisor();
  co_return co_await link_->read_config();
}

net::Task<Result<engine::ConfigText>> HomeConfig::change(std::vector<config::Change> changes) {
  if (link_ == nullptr) co_return no_supervisor();
  co_return co_await link_->change_config(std::move(changes));
}

}  // namespace localscale::house
