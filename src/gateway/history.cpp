#include "gateway/history.hpp"

#include <algorithm>

namespace localscale::gateway {
namespace {

/// The mean of what was known; its time is the last one's.
Sample mean(std::deque<Sample>::const_iterator first, std::deque<Sample>::const_iterator last) {
  const auto count = static_cast<std::uint64_t>(last - first);
  Sample sum;
  float watts = 0;
  float known = 0;
  for (auto each = first; each != last; ++each) {
    sum.at_unix_s = each->at_unix_s;
    sum.answer_tokens_per_second += each->answer_tokens_per_second / static_cast<double>(count);
    sum.memory_used_bytes += each->memory_used_bytes / count;
    sum.models_bytes += each->models_bytes / count;
    sum.answers = std::max(sum.answers, each->answers);
    if (!each->watts) continue;
    watts += *each->watts;
    ++known;
  }
  if (known > 0) sum.watts = watts / known;
  return sum;
}

}  // namespace

void History::add(const Sample& sample) {
  samples_.push_back(sample);
  if (samples_.size() > samples_max) samples_.pop_front();
}

History::Part History::since(std::int64_t from_unix_s) const {
  const auto first =
      std::ranges::find_if(samples_, [&](const Sample& sample) { return sample.at_unix_s >= from_unix_s; });
  const auto count = static_cast<std::size_t>(samples_.end() - first);
  const std::size_t share = std::max<std::size_t>(1, (count + told_max - 1) / told_max);
  Part part;
  part.step_seconds = static_cast<std::uint32_t>(step.count()) * static_cast<std::uint32_t>(share);
  part.samples.reserve(count / share + 1);
  for (auto each = first; each != samples_.end();) {
    const auto rest = static_cast<std::size_t>(samples_.end() - each);
    const auto next = each + static_cast<std::ptrdiff_t>(std::min(share, rest));
    part.samples.push_back(mean(each, next));
    each = next;
  }
  return part;
}

}  // namespace localscale::gateway
