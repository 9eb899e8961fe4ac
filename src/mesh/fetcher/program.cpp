#include "mesh/fetcher/program.hpp"

#include <cerrno>
#include <csignal>
#include <memory>

#include <curl/curl.h>
#include <sys/signalfd.h>

#include "config/layout.hpp"
#include "mesh/fetcher/service.hpp"

namespace localscale::mesh::fetcher {
namespace {

/// libcurl's process-wide part.
class CurlLibrary {
 public:
  CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlLibrary() { curl_global_cleanup(); }
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;
};

/// Readable when the process is asked to end. Must be made before any thread.
Result<UniqueFd> stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return fail_errno("watch for signals", errno);
  return fd;
}

}  // namespace

Result<void> run_fetcher(const config::Config& config, const RetryPolicy& policy, UniqueFd channel) {
  auto signals = stop_signals();
  if (!signals) return tl::unexpected(signals.error());
  const CurlLibrary curl;
  const auto registries = Registries::create(config.fetcher.registries);
  const config::Layout layout(config);
  BlobStore store(layout.blobs, layout.incoming, config.fetcher.keep_free_bytes);
  if (auto ready = store.prepare(); !ready) return ready;
  RateCap cap(config.fetcher.max_bytes_per_second);
  const Common common{registries, policy, store, cap, config.fetcher.connections, config.update.url};
  Service service(Channel(std::move(channel)), common,
                  std::chrono::days(config.fetcher.keep_unfinished_days));
  return service.run(signals->get());
}

}  // namespace localscale::mesh::fetcher
