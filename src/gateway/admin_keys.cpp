#include <utility>

#include "gateway/admin.hpp"
#include "gateway/json.hpp"
#include "gateway/live_calls.hpp"

namespace localscale::gateway {
namespace {

Json key_json(const store::ApiKey& key) {
  return {{"id", key.id},
          {"name", key.name},
          {"created_at_unix", key.created_unix_s},
          {"last_used_at_unix", key.last_used_unix_s},
          {"requests_per_minute", key.requests_per_minute},
          {"max_concurrent", key.max_concurrent},
          {"may_sign_in", key.may_sign_in}};
}

/// What the device needs beside its key.
Json lan_json(const LanAccess& lan) {
  return {{"urls", lan.urls}, {"ca_file", lan.ca_file}, {"ca_sha256", lan.ca_sha256}};
}

Result<std::uint32_t> number_of(const Json& request, const char* name, std::uint32_t fallback) {
  const Json& value = member(request, name);
  if (value.is_null()) return fallback;
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 1'000'000) {
    return fail(Errc::invalid_argument, std::string("\"") + name + "\" must be a positive number.");
  }
  return value.get<std::uint32_t>();
}

Result<store::KeyWish> read_wish(std::string_view body) {
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  store::KeyWish wish;
  auto name = text_of(*request, "name");
  if (!name) return tl::unexpected(name.error());
  const auto rate = number_of(*request, "requests_per_minute", wish.requests_per_minute);
  if (!rate) return tl::unexpected(rate.error());
  const auto concurrent = number_of(*request, "max_concurrent", wish.max_concurrent);
  if (!concurrent) return tl::unexpected(concurrent.error());
  const auto may_sign_in = flag_of(*request, "may_sign_in", false);
  if (!may_sign_in) return tl::unexpected(may_sign_in.error());
  wish.name = std::move(*name);
  wish.requests_per_minute = *rate;
  wish.max_concurrent = *concurrent;
  wish.may_sign_in = *may_sign_in;
  return wish;
}

}  // namespace

void Admin::add_key_routes(Routes& routes) {
  routes.add("POST", "/localscale/v1/keys", Need::session, [this](Call& call) { return create_key(call); });
  routes.add("GET", "/localscale/v1/keys", Need::session, [this](Call& call) { return list_keys(call); });
  routes.add("DELETE", "/localscale/v1/keys/*", Need::session,
             [this](Call& call) { return revoke_key(call); });
}

net::Task<void> Admin::create_key(Call& call) {
  const auto wish = read_wish(call.request.body);
  if (!wish) co_return co_await call.refuse(wish.error());
  const auto made = services_.keys.create(*wish);
  if (!made) co_return co_await call.refuse(made.error());
  services_.events.publish("keys", "{}");
  co_await call.send_json(dump({{"schema", 1},
                                {"key", key_json(made->key)},
                                {"secret", made->secret},
                                {"lan", lan_json(services_.status.state().lan)}}),
                          201);
}

net::Task<void> Admin::list_keys(Call& call) {
  const auto keys = services_.keys.list();
  if (!keys) co_return co_await call.refuse(keys.error());
  Json list = Json::array();
  for (const store::ApiKey& key : *keys) list.push_back(key_json(key));
  co_await call.send_json(dump({{"schema", 1}, {"keys", std::move(list)}}));
}

net::Task<void> Admin::revoke_key(Call& call) {
  const auto revoked = services_.keys.revoke(call.rest);
  if (!revoked) co_return co_await call.refuse(revoked.error());
  services_.live.cut_orphans(&call);
  services_.events.publish("keys", "{}");
  co_await call.send_json(R"({"schema":1,"revoked":true})");
}

}  // namespace localscale::gateway
