#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "base/error.hpp"

namespace localscale::cli {

/// What the program's exit status says (docs/cli.md).
enum class Exit {
  ok = 0,
  error = 1,
  usage = 2,
  not_running = 3,
  not_found = 4,
  denied = 5,  ///< Also: a limit is reached.
  timeout = 6,
  check_failed = 7,
};

/// The one table from error codes to exit statuses.
Exit exit_of(Errc code);

/// Why a verb failed and with which status the program ends.
struct Failure {
  Error error;
  Exit exit = Exit::error;
};

template <class T>
using Outcome = tl::expected<T, Failure>;

/// `error` with the exit status of its code.
[[nodiscard]] tl::unexpected<Failure> failed(Error error);

/// What helps where the house is stuck.
inline constexpr std::string_view restart_advice = "To start it anew: localscale down; localscale up";

/// Nothing answers on this home's socket.
[[nodiscard]] tl::unexpected<Failure> not_running();

}  // namespace localscale::cli
