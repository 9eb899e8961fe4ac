#include "gateway/admin_update.hpp"

#include "gateway/json.hpp"
#include "gateway/release.hpp"

namespace localscale::gateway {

void UpdateCheck::add_to(Routes& routes) {
  routes.add("POST", "/localscale/v1/update/check", Need::session,
             [this](Call& call) { return check(call); });
}

net::Task<void> UpdateCheck::check(Call& call) {
  const auto file = co_await services_.releases.release_file();
  if (!file) co_return co_await call.refuse(file.error());
  const auto release = parse_release(*file);
  if (!release) co_return co_await call.refuse(release.error());
  const bool newer = parse_version(release->version) > parse_version(services_.options.version);
  co_await call.send_json(dump({{"schema", 1},
                                {"current", services_.options.version},
                                {"newest", release->version},
                                {"newer", newer},
                                {"url", release->url},
                                {"notes", release->notes}}));
}

}  // namespace localscale::gateway
