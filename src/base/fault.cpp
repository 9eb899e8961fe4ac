#include "base/fault.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "base/assert.hpp"

namespace localscale {

void fault_point(const char* name) {
  const char* armed = std::getenv("LOCALSCALE_FAULT");
  if (armed != nullptr && std::strcmp(armed, name) == 0) ::_exit(86);
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace localscale
