#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace localscale {

std::string_view name(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::denied:
      return "denied";
    case Errc::unavailable:
      return "unavailable";
    case Errc::exhausted:
      return "exhausted";
    case Errc::timeout:
      return "timeout";
    case Errc::cancelled:
      return "cancelled";
    case Errc::corrupt:
      return "corrupt";
    case Errc::unsupported:
      return "unsupported";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

std::string Error::message() const {
  if (next.empty()) return what;
  const bool ended = !what.empty() && std::string_view(".!?:;\n").find(what.back()) != std::string_view::npos;
  return what + (ended ? " " : ". ") + next;
}

tl::unexpected<Error> fail(Errc code, std::string what, std::string next) {
  return tl::unexpected<Error>(Error{code, std::move(what), std::move(next)});
}

namespace {

Errc code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return Errc::not_found;
    case EEXIST:
      return Errc::conflict;
    case EACCES:
    case EPERM:
      return Errc::denied;
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return Errc::exhausted;
    case ETIMEDOUT:
      return Errc::timeout;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case ENETUNREACH:
    case EHOSTUNREACH:
      return Errc::unavailable;
    default:
      return Errc::internal;
  }
}

std::string_view remedy_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "Free some space on that disk, then try again.";
    case EROFS:
      return "Mount that disk writable, or use a folder on another one.";
    case EIO:
      return "Check that disk's health, then try again.";
    case EMFILE:
    case ENFILE:
      return "Too many files are open: close other programs, or raise the limit (ulimit -n).";
    case ENOMEM:
      return "Close other programs to free some memory, then try again.";
    default:
      return {};
  }
}

}  // namespace

tl::unexpected<Error> fail_errno(std::string_view doing, int error_number) {
  return fail(code_of(error_number),
              std::string(doing) + ": " + std::generic_category().message(error_number),
              std::string(remedy_of(error_number)));
}

}  // namespace localscale
