#include "mesh/fetcher/multi.hpp"

#include <optional>
#include <vector>

#include <curl/curl.h>

#include "base/assert.hpp"

namespace localscale::mesh::fetcher {

void Multi::Free::operator()(void* multi) const {
  curl_multi_cleanup(multi);
}

Multi::Multi() : multi_(curl_multi_init()) {
  LS_ASSERT(multi_ != nullptr);
}
Multi::~Multi() = default;

void Multi::add(Transfer& transfer) {
  LS_ASSERT(curl_multi_add_handle(multi_.get(), transfer.easy()) == CURLM_OK);
}
void Multi::remove(Transfer& transfer) {
  curl_multi_remove_handle(multi_.get(), transfer.easy());
}

void Multi::step(std::chrono::milliseconds wait, const Cancel& cancel, const OnDone& on_done) {
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  if (report(on_done)) return;
  curl_waitfd extra{cancel.fd(), CURL_WAIT_POLLIN, 0};
  curl_multi_poll(multi_.get(), &extra, 1, static_cast<int>(wait.count()), nullptr);
}

bool Multi::report(const OnDone& on_done) {
  std::vector<std::pair<Transfer*, int>> ended;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    ended.emplace_back(static_cast<Transfer*>(transfer), message->data.result);
  }
  for (const auto& [transfer, code] : ended) {
    remove(*transfer);
    on_done(*transfer, code);
  }
  return !ended.empty();
}

int Multi::run(Transfer& transfer, const Cancel& cancel) {
  std::optional<int> result;
  add(transfer);
  while (!result && !cancel.requested()) {
    step(std::chrono::milliseconds(500), cancel, [&](Transfer&, int code) { result = code; });
  }
  if (!result) remove(transfer);
  return result.value_or(CURLE_ABORTED_BY_CALLBACK);
}

}  // namespace localscale::mesh::fetcher
