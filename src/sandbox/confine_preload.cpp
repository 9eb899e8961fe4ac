// liblocalscale-confine.so: preloaded into llama-server and llama-bench. Its constructor runs before their
// main (and after their libraries are mapped) and puts the engine's final walls up: from then on nothing can
// be executed and only unix sockets of the worker's own root exist. Without the walls the program does not
// run.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

#include "sandbox/self_confine.hpp"

namespace {

[[gnu::constructor]] void confine() {
  using localscale::sandbox::Profile;
  const char* gpu = std::getenv("LOCALSCALE_ENGINE_GPU");
  const bool with_gpu = gpu != nullptr && std::string_view(gpu) == "1";
  ::unsetenv("LD_PRELOAD");
  if (auto entered = localscale::sandbox::enter(with_gpu ? Profile::engine_gpu : Profile::engine); !entered) {
    std::fprintf(stderr, "localscale-confine: the engine's walls cannot be put up: %s\n",
                 entered.error().message().c_str());
    ::_exit(126);
  }
}

}  // namespace
