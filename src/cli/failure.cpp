#include "cli/failure.hpp"

#include <utility>

namespace localscale::cli {

Exit exit_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return Exit::usage;
    case Errc::not_found:
      return Exit::not_found;
    case Errc::conflict:
      return Exit::error;
    case Errc::denied:
      return Exit::denied;
    case Errc::unavailable:
      return Exit::error;
    case Errc::exhausted:
      return Exit::denied;
    case Errc::timeout:
      return Exit::timeout;
    case Errc::cancelled:
      return Exit::error;
    case Errc::corrupt:
      return Exit::check_failed;
    case Errc::unsupported:
      return Exit::error;
    case Errc::internal:
      return Exit::error;
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
