#include "sandbox/probe.hpp"

namespace localscale::sandbox {

int run_probe(Profile) {
  return 0;
}

}  // namespace localscale::sandbox
