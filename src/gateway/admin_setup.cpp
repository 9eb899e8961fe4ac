#include "gateway/admin_setup.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/printable.hpp"
#include "gateway/measurement_json.hpp"

namespace localscale::gateway {
namespace {

constexpr std::array<std::string_view, 4> steps{"name", "measure", "limits", "chat"};
constexpr std::size_t name_characters_max = 60;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<void> check_step(std::string_view step) {
  if (std::ranges::find(steps, step) != steps.end()) return {};
  return fail(Errc::invalid_argument,
              "\"step\" must be one of name, measure, limits and chat; nothing was changed.");
}

Result<void> check_name(std::string_view name) {
  const bool blank = name.find_first_not_of(' ') == std::string_view::npos;
  if (!blank && characters(name) <= name_characters_max && is_printable_utf8(name)) return {};
  return fail(Errc::invalid_argument,
              "\"home_name\" must have 1 to 60 characters of plain text without line breaks; nothing was "
              "changed.");
}

/// `setup` with the members of `request` that are there.
Result<store::Setup> changed(store::Setup setup, const Json& request) {
  const auto done = flag_of(request, "done", setup.done);
  if (!done) return tl::unexpected(done.error());
  setup.done = *done;
  if (!member(request, "step").is_null()) {
    auto step = text_of(request, "step");
    if (!step) return tl::unexpected(step.error());
    if (auto fine = check_step(*step); !fine) return tl::unexpected(fine.error());
    setup.step = std::move(*step);
  }
  if (!member(request, "home_name").is_null()) {
    auto name = text_of(request, "home_name");
    if (!name) return tl::unexpected(name.error());
    if (auto fine = check_name(*name); !fine) return tl::unexpected(fine.error());
    setup.home_name = std::move(*name);
  }
  return setup;
}

}  // namespace

void AdminSetup::add_to(Routes& routes) {
  routes.add("GET", "/localscale/v1/setup", Need::session, [this](Call& call) { return show(call); });
  routes.add("PATCH", "/localscale/v1/setup", Need::session, [this](Call& call) { return change(call); });
}

net::Task<void> AdminSetup::show(Call& call) {
  const auto newest = services_.measurements.newest();
  if (!newest) co_return co_await call.refuse(newest.error());
  const store::Setup& setup = services_.setup.get();
  co_await call.send_json(dump({{"schema", 1},
                                {"done", setup.done},
                                {"step", setup.step},
                                {"home_name", setup.home_name},
                                {"measurement", *newest ? measurement_json(**newest) : Json(nullptr)}}));
}

net::Task<void> AdminSetup::change(Call& call) {
  const auto request = parse_object(call.request.body);
  if (!request) co_return co_await call.refuse(request.error());
  const auto setup = changed(services_.setup.get(), *request);
  if (!setup) co_return co_await call.refuse(setup.error());
  if (*setup != services_.setup.get()) {
    const auto kept = services_.setup.put(*setup);
    if (!kept) co_return co_await call.refuse(kept.error());
    services_.events.publish("setup", "{}");
  }
  co_await show(call);
}

}  // namespace localscale::gateway
