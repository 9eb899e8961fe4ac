#pragma once

#include <span>
#include <string_view>

#include "gateway/json.hpp"

/// For the .cpp files of this folder, like json.hpp.
namespace localscale::gateway {

/// The members `names` of a JSON object, read without building a tree of the rest: whatever else a request
/// holds costs no memory. Objects and arrays among them come out empty, so that they are of the wrong type
/// and no more. Checked as scan_body checks; of two equal keys the last counts.
Result<Json> parse_members(std::string_view text, std::span<const std::string_view> names);

}  // namespace localscale::gateway
