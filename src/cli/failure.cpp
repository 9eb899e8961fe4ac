#include "cli/failure.hpp"

#include <utility>

namespace localscale::cli {

Exit exit_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return Exit::usage;
    case Errc::not_found:
      return Exit::not_found;
    case Errc::denied:
    case Errc::exhausted:
      return Exit::denied;
    case Errc::timeout:
      return Exit::timeout;
    case Errc::corrupt:
      return Exit::check_failed;
    case Errc::conflict:
    case Errc::unavailable:
    case Errc::cancelled:
    case Errc::unsupported:
    case Errc::internal:
      break;
  }
  return Exit::error;
}

tl::unexpected<Failure> failed(Error error) {
  const Exit exit = exit_of(error.code);
  return tl::unexpected<Failure>(Failure{std::move(error), exit});
}

tl::unexpected<Failure> not_running() {
  return tl::unexpected<Failure>(Failure{
      {Errc::unavailable, "Localscale is not running.", "Start it with: localscale up"}, Exit::not_running});
}

}  // namespace localscale::cli
