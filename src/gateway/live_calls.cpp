#include "gateway/live_calls.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"
#include "gateway/trace.hpp"

namespace localscale::gateway {

LiveCalls::Entry::Entry(LiveCalls& calls, Call& call, const Caller& caller)
    : calls_(calls),
      place_(calls.entries_.insert(calls.entries_.end(), this)),
      call_(call),
      session_(caller.session ? caller.session->id : 0),
      key_id_(caller.key ? caller.key->id : std::string()) {}

LiveCalls::Entry::~Entry() {
  calls_.entries_.erase(place_);
}

/// A store that cannot be read ends nothing.
Cut LiveCalls::why_cut(const Entry& entry) const {
  if (entry.session_ != 0 && !sessions_.is_open(entry.session_).value_or(true)) return Cut::session_over;
  if (!entry.key_id_.empty() && !keys_.has(entry.key_id_)) return Cut::key_revoked;
  return Cut::no;
}

void LiveCalls::cut_orphans(const Call* asking) {
  const std::vector<Entry*> all(entries_.begin(), entries_.end());
  for (Entry* const entry : all) {
    // Cutting one may end another.
    if (std::ranges::find(entries_, entry) == entries_.end()) continue;
    if (&entry->call_ == asking || entry->call_.cut != Cut::no) continue;
    const Cut cut = why_cut(*entry);
    if (cut == Cut::no) continue;
    entry->call_.cut = cut;
    spdlog::info("cut, as its {} id={}", cut == Cut::session_over ? "session is over" : "key was revoked",
                 log_id(entry->call_.request));
    entry->call_.answer.interrupt();
  }
}

Problem cut_problem(Cut cut) {
  if (cut == Cut::key_revoked) {
    return make_problem(401, "invalid_api_key",
                        "This API key was revoked, so what it had asked for was broken off. The home's owner "
                        "makes a new one with `localscale key create NAME`.");
  }
  return make_problem(401, "signed_out",
                      "This session is over, so what it had asked for was broken off. Open the home's page "
                      "with `localscale open`.");
}

}  // namespace localscale::gateway
