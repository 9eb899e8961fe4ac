#pragma once

#include <cstdint>
#include <list>
#include <string>

#include "gateway/admission.hpp"
#include "gateway/call.hpp"

namespace localscale::gateway {

/// The requests that run by a session's or a key's right: they end with it, streams and answers of models
/// too. Who lost a tablet takes its key away and is done. One thread.
class LiveCalls {
 public:
  LiveCalls(store::SessionStore& sessions, store::KeyStore& keys) : sessions_(sessions), keys_(keys) {}
  LiveCalls(const LiveCalls&) = delete;
  LiveCalls& operator=(const LiveCalls&) = delete;

  /// Held while the request runs.
  class Entry {
   public:
    Entry(LiveCalls& calls, Call& call, const Caller& caller);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    LiveCalls& calls_;
    std::list<Entry*>::iterator place_;
    Call& call_;
    std::int64_t session_;  ///< 0: none.
    std::string key_id_;    ///< Empty: none.
    friend class LiveCalls;
  };

  /// Cuts those whose session or key is no longer there; not `asking`, which may have ended its own.
  void cut_orphans(const Call* asking = nullptr);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  [[nodiscard]] Cut why_cut(const Entry& entry) const;

  store::SessionStore& sessions_;
  store::KeyStore& keys_;
  std::list<Entry*> entries_;
};

/// What the client of a request that was cut is told.
Problem cut_problem(Cut cut);

}  // namespace localscale::gateway
