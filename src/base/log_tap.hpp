#pragma once

#include <functional>
#include <string_view>

namespace localscale::log {

/// From now on `take` gets each line as it is written, without its end, on the thread that logs. It must be
/// quick and must not log. An empty one ends it. Without `start` there is nothing to take.
void tap(std::function<void(std::string_view line)> take);

}  // namespace localscale::log
