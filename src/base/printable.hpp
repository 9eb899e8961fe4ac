#pragma once

#include <string_view>

namespace localscale {

/// True if `text` is valid UTF-8 without what would act instead of being shown where it is printed: control
/// characters (C0, C1, DEL), line and paragraph separators, and marks that change the direction of writing.
bool is_printable_utf8(std::string_view text);

}  // namespace localscale
