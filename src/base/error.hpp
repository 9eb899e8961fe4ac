#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace localscale {

/// What kind of thing went wrong. One table turns it into an HTTP status (gateway) and an exit code (cli).
enum class Errc {
  invalid_argument,  ///< The caller's input is wrong; the message names the field.
  not_found,         ///< The named thing does not exist.
  conflict,          ///< It exists already, or is in a state that forbids this.
  denied,            ///< The caller may not do this.
  unavailable,       ///< Not now: not running, not reachable, being stopped.
  exhausted,         ///< A limit (memory, disk, rate, queue) is reached.
  timeout,           ///< It took longer than the caller allowed.
  cancelled,         ///< The caller gave up.
  corrupt,           ///< Stored or received bytes do not verify.
  unsupported,       ///< Known, but not offered here.
  internal,          ///< A bug or a failing system call.
};

/// The stable snake_case name of a code, as it appears in logs and JSON.
std::string_view name(Errc code);

/// A failure that can happen in normal operation: what happened, and what to do next.
struct Error {
  Errc code = Errc::internal;
  std::string what;                                   ///< What happened and what was kept, in one sentence.
  std::string next;                                   ///< What the person can do now; may be empty.
  std::optional<std::chrono::seconds> retry_after{};  ///< When trying again may help, if that is known.

  /// `what`, followed by `next` where there is one.
  [[nodiscard]] std::string message() const;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for returning a failure from a function that returns a Result.
[[nodiscard]] tl::unexpected<Error> fail(Errc code, std::string what, std::string next = {});

/// A failure of a system call, with errno's text: fail_errno("open /x") gives "open /x: Permission denied".
/// `next` is set where errno alone says what helps: a full disk, say.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view doing, int error_number);

}  // namespace localscale
