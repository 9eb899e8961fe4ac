#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.hpp"

namespace localscale::store {

/// What an exception of SQLite means to the caller; `doing` as in "Saving the key".
Error error_from(std::string_view doing, const SQLite::Exception& exception);

/// Runs `action` and turns an exception of SQLite into an Error: the border between SQLiteCpp and Result.
/// `action` may return a Result, a value or nothing.
template <class Action>
auto guarded(std::string_view doing, Action&& action) {
  using Returned = std::invoke_result_t<Action>;
  if constexpr (std::is_void_v<Returned>) {
    try {
      std::forward<Action>(action)();
      return Result<void>{};
    } catch (const SQLite::Exception& exception) {
      return Result<void>{tl::unexpected(error_from(doing, exception))};
    }
  } else if constexpr (requires { typename Returned::error_type; }) {
    try {
      return std::forward<Action>(action)();
    } catch (const SQLite::Exception& exception) {
      return Returned{tl::unexpected(error_from(doing, exception))};
    }
  } else {
    try {
      return Result<Returned>{std::forward<Action>(action)()};
    } catch (const SQLite::Exception& exception) {
      return Result<Returned>{tl::unexpected(error_from(doing, exception))};
    }
  }
}

}  // namespace localscale::store
