#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "engine/remote_model.hpp"
#include "engine/service.hpp"
#include "gateway/release_source.hpp"
#include "store/model_store.hpp"

namespace localscale::house {

/// The house's end of the channel to the fetcher: asks it for models by name, what they are,
/// and for news of releases. Pulls of one
/// name share a download, which is cancelled (and can be resumed) once nobody waits for it any more, unless
/// it was begun by start(). One executor.
class FetcherLink final : public engine::Puller, public engine::ModelLookup, public gateway::ReleaseSource {
 public:
  struct Hooks {
    /// Records a downloaded model; its blobs are in our store, or where `held` said. Must be set.
    std::function<Result<void>(const store::NamedModel&)> pulled;
    /// Files with known digests that lie elsewhere (other tools' stores): they are not downloaded again, the
    /// model names them where they are. May be empty.
    std::function<std::vector<store::NamedFile>()> held;
    /// Told when the fetcher goes and comes back; may be empty.
    std::function<void(bool)> here;
    /// Lines of the fetcher's log, and how many before them it could not pass on; may be empty.
    std::function<void(const std::vector<std::string>&, std::uint64_t)> log;
  };

  /// `channel` is the packet socket that the supervisor passed (LOCALSCALE_FETCHER_FD).
  FetcherLink(boost::asio::any_io_executor executor, UniqueFd channel, Hooks hooks);
  ~FetcherLink() override;
  FetcherLink(const FetcherLink&) = delete;
  FetcherLink& operator=(const FetcherLink&) = delete;

  net::Task<Result<void>> pull(std::string_view name, engine::ProgressSink progress) override;
  Result<std::string> start(std::string_view name) override;
  Result<void> pause(std::string_view name) override;
  [[nodiscard]] std::vector<engine::PullState> pulls() const override;
  void on_change(ChangeHandler handler) override;
  net::Task<Result<engine::RemoteModel>> look_up(std::string_view name) override;

  /// Asks the fetcher, which asks the URL of its config. At most 8 at a time.
  net::Task<Result<std::string>> release_file() override;

  /// Drops what unfinished pulls of this name left, and forgets that it failed; false if there is nothing.
  /// Fails with conflict while the name is being downloaded.
  Result<bool> discard_unfinished(std::string_view name);

  /// One of the config's words.
  void set_log_level(std::string_view level);

  /// The home stops: every pull fails at once as unavailable, and can be resumed after the next start.
  void stop();

  /// The fetcher was started anew. What it was downloading for us fails as unavailable, and can be resumed.
  void replace(UniqueFd channel);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace localscale::house
