#include "house/home_config.hpp"

#include <utility>

#include "base/log.hpp"
#include "config/changes.hpp"

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
  auto file = co_await link_->change_config(changes);
  if (!file) co_return file;
  known_text_ = file->text;
  take(*file);
  co_return file;
}

net::Task<void> HomeConfig::look() {
  if (link_ == nullptr) co_return;
  const auto file = co_await link_->read_config();
  if (!file) {
    spdlog::warn("the changed config was not read: {}", file.error().message());
    co_return;
  }
  if (file->text == known_text_) co_return;
  known_text_ = file->text;
  take(*file);
  if (edited_) edited_();
}

void HomeConfig::take(const engine::ConfigText& file) {
  const auto parsed = config::parse(file.text, file.file);
  if (!parsed) {
    spdlog::warn("the config cannot be read, so the home goes by what it has: {}", parsed.error().message());
    return;
  }
  if (config::take_live_keys(running_, *parsed) && apply_) apply_(running_);
}

}  // namespace localscale::house
