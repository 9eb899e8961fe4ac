#include <cstdio>

#include "sandbox/probe.hpp"

/// localscale-escape-probe PROFILE: put in llama-server's place, behind the same preloaded walls, it tries to
/// get out. Started by hand it has no walls and reports how much is open to an ordinary program.
int main(int argc, char** argv) {
  const auto profile = argc > 1 ? localscale::sandbox::parse_profile(argv[1]) : std::nullopt;
  if (!profile) {
    std::fprintf(stderr, "localscale-escape-probe house|engine|engine_gpu|fetcher|shim\n");
    return 2;
  }
  return localscale::sandbox::run_probe(*profile);
}
