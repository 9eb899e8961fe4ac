#pragma once

namespace localscale {

/// Prints the broken assumption and aborts. Never used on input: input fails with an Error.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace localscale

/// An assumption about our own code that is checked in every build.
#define LS_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::localscale::assertion_failed(#condition, __FILE__, __LINE__))
