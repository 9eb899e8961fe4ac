#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/bytes.hpp"
#include "sandbox/self_confine.hpp"
#include "supervisor/shim.hpp"

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

int complain(const std::string& text) {
  std::fprintf(stderr, "localscale-shim: %s\n", text.c_str());
  return 125;
}

}  // namespace

/// localscale-shim ENGINE ARGUMENT…: started by the supervisor only, as the first process of a worker.
int main(int argc, char** argv) {
  if (auto entered = localscale::sandbox::enter(localscale::sandbox::Profile::shim); !entered) {
    return complain(entered.error().message());
  }
  const auto channel = localscale::parse_u64(variable("LOCALSCALE_HOUSE_FD"));
  if (!channel || *channel > 63 || argc < 2)
    return complain("It is started by localscale-supervisor, not by hand.");
  localscale::supervisor::ShimOptions options;
  options.channel = static_cast<int>(*channel);
  options.engine_socket = variable("LOCALSCALE_ENGINE_SOCKET");
  options.preload = variable("LOCALSCALE_CONFINE_LIBRARY");
  options.arguments.assign(argv + 1, argv + argc);
  if (options.preload.empty()) return complain("LOCALSCALE_CONFINE_LIBRARY is not set.");
  const auto status = localscale::supervisor::run_shim(options);
  return status ? *status : complain(status.error().message());
}
