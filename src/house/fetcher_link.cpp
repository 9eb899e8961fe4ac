#include "house/fetcher_link.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "core/models/model_name.hpp"
#include "house/download.hpp"
#include "house/fetch_messages.hpp"
#include "house/looking.hpp"
#include "net/packet_channel.hpp"
#include "wire/control.pb.h"

namespace localscale::house {
namespace {

namespace asio = boost::asio;

constexpr std::size_t max_held_files = 512;  ///< Named in one request: what a packet has room for.
constexpr std::size_t max_ended = 64;
constexpr std::chrono::seconds longest_look{30};

Error fetcher_gone() {
  return {Errc::unavailable, "The fetcher stopped. What was downloaded so far is kept.",
          "It is being started anew: run the same pull again to resume."};
}

Error home_stops() {
  return {Errc::unavailable, "The home is being stopped. What was downloaded so far is kept.",
          "After its next start, run the same pull again to resume."};
}

Error fetcher_missing() {
  return {Errc::unavailable, "The fetcher is not running, so models cannot be downloaded.",
          "It is being started: try again in a moment."};
}

/// Somebody who waits for the release file.
struct ReleaseWait {
  explicit ReleaseWait(const asio::any_io_executor& executor, std::chrono::seconds longest)
      : wake(executor, longest) {}
  asio::steady_timer wake;
  std::optional<Result<std::string>> result;

  void end(Result<std::string> how) {
    result = std::move(how);
    wake.cancel();
  }
};

Error paused(const std::string& name) {
  return {Errc::cancelled, "The pull of '" + name + "' was paused. What was downloaded so far is kept.",
          "Go on with: localscale pull " + name};
}

using Step = engine::PullState::Step;

}  // namespace

class FetcherLink::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, Hooks hooks)
      : executor_(std::move(executor)), hooks_(std::move(hooks)) {}

  void connect(UniqueFd channel) {
    disconnect(fetcher_gone());
    if (!channel || stopping_) return;
    channel_ = net::PacketChannel::make(executor_, std::move(channel));
    channel_->listen(
        [weak = weak_from_this()](const sandbox::Packet& packet) {
          if (const auto self = weak.lock()) self->handle(packet.bytes);
        },
        [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->lost();
        });
    if (hooks_.here) hooks_.here(true);
  }

  /// Without its channel the fetcher keeps what it has, and ends.
  void disconnect(const Error& why) {
    if (channel_) channel_->close();
    channel_.reset();
    for (auto& [id, download] : std::exchange(downloads_, {})) end(*download, tl::unexpected(why));
    for (auto& [id, looking] : std::exchange(lookings_, {})) looking->end(tl::unexpected(why));
    unfinished_.clear();
    for (auto& [id, wait] : releases_) wait->end(tl::unexpected(why));
    releases_.clear();
  }

  Result<bool> discard_unfinished(std::string_view text) {
    const auto name = core::parse_model_name(text);
    if (!name) return tl::unexpected(name.error());
    const auto display = name->display();
    if (find(display) != nullptr) {
      return fail(Errc::conflict, "'" + display + "' is being downloaded.",
                  "Stop the pull first, then remove it.");
    }
    if (ended_.erase(display) + unfinished_.erase(display) == 0) return false;
    wire::FetchRequest request;
    request.set_id(next_id_++);
    request.mutable_discard()->set_name(display);
    if (channel_) send(request);
    return true;
  }

  void set_log_level(std::string_view level) {
    wire::FetchRequest request;
    request.set_id(next_id_++);
    request.mutable_set_log_level()->set_level(std::string(level));
    if (channel_) send(request);
  }

  Result<std::string> start(std::string_view text) {
    auto name = ready_for(text);
    if (!name) return name;
    find_or_start(*name)->kept = true;
    return name;
  }

  Result<void> pause(std::string_view text) {
    const auto name = core::parse_model_name(text);
    if (!name) return tl::unexpected(name.error());
    const auto download = find(name->display());
    if (!download) {
      return fail(Errc::not_found, "'" + name->display() + "' is not being pulled.",
                  "It may have ended already: localscale ls");
    }
    abandon(*download);
    ended_.insert_or_assign(download->name, stopped(*download, Step::paused, {}));
    download->end(tl::unexpected(paused(download->name)));
    return {};
  }

  /// Pulls that this fetcher knows of, and what became of those that nobody waited for.
  [[nodiscard]] std::vector<engine::PullState> pulls() const {
    std::map<std::string, engine::PullState> all = unfinished_;
    for (const auto& [name, state] : ended_) {
      auto& entry = all.try_emplace(name, state).first->second;
      entry.step = state.step;
      entry.message = state.message;
    }
    for (const auto& [id, download] : downloads_) all.insert_or_assign(download->name, download->state());
    std::vector<engine::PullState> out;
    out.reserve(all.size());
    for (auto& [name, state] : all) out.push_back(std::move(state));
    return out;
  }

  void on_change(engine::Puller::ChangeHandler handler) { changed_ = std::move(handler); }

  void stop() {
    stopping_ = true;
    disconnect(home_stops());
  }

  void let_go() {
    hooks_ = {};
    changed_ = {};
    disconnect(fetcher_gone());
  }

  net::Task<Result<void>> pull(std::string text, engine::ProgressSink progress) {
    const auto name = ready_for(text);
    if (!name) co_return tl::unexpected(name.error());
    const auto download = find_or_start(*name);
    const Watch watch(shared_from_this(), download);
    while (true) {
      while (!watch.watcher().events.empty()) {
        const auto event = std::move(watch.watcher().events.front());
        watch.watcher().events.pop_front();
        if (progress) co_await progress(event);
      }
      if (download->result) co_return *download->result;
      co_await watch.watcher().wake.async_wait(asio::as_tuple(asio::use_awaitable));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) {
        co_return fail(Errc::cancelled, "The pull was cancelled.", "Run the same pull again to resume.");
      }
    }
  }

  net::Task<Result<engine::RemoteModel>> look_up(std::string text) {
    const auto name = ready_for(text);
    if (!name) co_return tl::unexpected(name.error());
    const auto id = next_id_++;
    const auto looking = std::make_shared<Looking>(executor_, *name);
    lookings_.emplace(id, looking);
    const std::shared_ptr<void> forgotten(nullptr,
                                          [self = shared_from_this(), id](void*) { self->forget(id); });
    wire::FetchRequest request;
    request.set_id(id);
    request.mutable_peek()->set_name(*name);
    request.mutable_peek()->set_most_bytes(engine::HeaderPrefix::most_bytes);
    send(request);
    looking->wake.expires_after(longest_look);
    if (!looking->result) co_await looking->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    if (looking->result) co_return *looking->result;
    co_return fail(Errc::timeout, "The registry did not say within 30 s what '" + *name + "' is.",
                   "Try again, or pull it at once.");
  }

  net::Task<Result<std::string>> release_file() {
    constexpr std::size_t max_waiting = 8;
    constexpr std::chrono::seconds longest{60};
    if (!channel_) {
      co_return fail(Errc::unavailable, "The fetcher is not running, so nobody can be asked for releases.",
                     "It is being started: try again in a moment.");
    }
    if (releases_.size() >= max_waiting)
      co_return fail(Errc::exhausted, "Releases are being asked for already.", "Try again in a moment.");
    const auto id = next_id_++;
    const auto wait = std::make_shared<ReleaseWait>(executor_, longest);
    releases_.emplace(id, wait);
    wire::FetchRequest request;
    request.set_id(id);
    request.mutable_check_update();
    send(request);
    co_await wait->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    releases_.erase(id);
    if (wait->result) co_return std::move(*wait->result);
    co_return fail(Errc::timeout, "The release file did not come within 60 s.", "Try again later.");
  }

 private:
  /// A watcher's place in its download; the last one that leaves an unfinished download cancels it.
  class Watch {
   public:
    Watch(std::shared_ptr<Impl> link, std::shared_ptr<Download> download)
        : link_(std::move(link)),
          download_(std::move(download)),
          at_(download_->watchers.emplace(download_->watchers.end(), link_->executor_)) {}
    ~Watch() {
      download_->watchers.erase(at_);
      const bool is_left = download_->watchers.empty() && !download_->kept;
      if (is_left && !download_->result) link_->abandon(*download_);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    [[nodiscard]] Watcher& watcher() const { return *at_; }

   private:
    std::shared_ptr<Impl> link_;
    std::shared_ptr<Download> download_;
    std::list<Watcher>::iterator at_;
  };

  /// The canonical name, if it can be asked for now.
  [[nodiscard]] Result<std::string> ready_for(std::string_view text) const {
    const auto name = core::parse_model_name(text);
    if (!name) return tl::unexpected(name.error());
    if (stopping_) return tl::unexpected(home_stops());
    if (!channel_) return tl::unexpected(fetcher_missing());
    return name->display();
  }

  [[nodiscard]] std::shared_ptr<Download> find(const std::string& name) const {
    for (const auto& [id, download] : downloads_) {
      if (download->name == name) return download;
    }
    return nullptr;
  }

  std::shared_ptr<Download> find_or_start(const std::string& name) {
    if (auto running = find(name)) return running;
    ended_.erase(name);
    auto download = std::make_shared<Download>();
    download->id = next_id_++;
    download->name = name;
    downloads_.emplace(download->id, download);
    wire::FetchRequest request;
    request.set_id(download->id);
    request.mutable_pull()->set_name(name);
    for (auto& file : hooks_.held ? hooks_.held() : std::vector<store::NamedFile>()) {
      if (download->held.size() >= max_held_files) break;
      if (download->held.try_emplace(file.digest, file).second)
        request.mutable_pull()->add_have_digests(file.digest);
    }
    send(request);
    return download;
  }

  /// Nobody wants it any more; what arrived is kept.
  void abandon(const Download& download) {
    cancel(download.id);
    const auto state = stopped(download, Step::paused, {});
    if (channel_) unfinished_.insert_or_assign(download.name, state);  // until the fetcher says what it left
    downloads_.erase(download.id);
    tell(state);
  }

  static engine::PullState stopped(const Download& download, Step step, std::string message) {
    engine::PullState state{download.name, step, download.shown, std::move(message)};
    state.progress.bytes_per_second = 0;
    return state;
  }

  void end(Download& download, Result<void> how) {
    auto state = stopped(download, how ? Step::done : Step::failed, how ? "" : how.error().message());
    // Who waited has the error; else the list tells of it.
    if (!how && download.kept) {
      if (ended_.size() >= max_ended) ended_.erase(ended_.begin());
      ended_.insert_or_assign(download.name, state);
    }
    download.end(std::move(how));
    tell(state);
  }

  void tell(const engine::PullState& state) const {
    if (changed_) changed_(state);
  }

  void cancel(std::uint64_t id) {
    wire::FetchRequest request;
    request.set_id(id);
    request.mutable_cancel();
    if (channel_) send(request);
  }

  /// The fetcher need not go on with it.
  void forget(std::uint64_t id) {
    if (lookings_.erase(id) != 0) cancel(id);
  }

  void send(const wire::FetchRequest& request) {
    const auto sent = channel_->send(request.SerializeAsString());
    if (!sent) spdlog::warn("the fetcher was not reached: {}", sent.error().what);
  }

  void lost() {
    spdlog::warn("the fetcher is gone");
    disconnect(fetcher_gone());
    if (hooks_.here) hooks_.here(false);
  }

  void handle(const std::string& bytes) {
    wire::FetchEvent event;
    if (!event.ParseFromString(bytes)) {
      spdlog::warn("the fetcher sent a packet that is no event");
      return;
    }
    if (event.has_log()) {
      if (hooks_.log)
        hooks_.log({event.log().lines().begin(), event.log().lines().end()}, event.log().dropped());
      return;
    }
    if (event.has_unfinished()) return take_unfinished(event.unfinished());
    if (const auto looking = lookings_.find(event.id()); looking != lookings_.end()) {
      if (looking->second->take(event)) forget(event.id());
      return;
    }
    if (const auto wait = releases_.find(event.id()); wait != releases_.end()) {
      if (event.has_release_file())
        wait->second->end(event.release_file().text());
      else
        wait->second->end(tl::unexpected(error_of(event.failed())));
      return;
    }
    const auto found = downloads_.find(event.id());
    if (found == downloads_.end()) return;  // abandoned
    const auto download = found->second;
    if (event.has_progress()) {
      // "success" is ours to say, once the model is recorded.
      if (event.progress().status() == "success") return;
      download->tell(progress_of(event.progress()));
      return tell({download->name, Step::running, progress_of(event.progress()), {}});
    }
    downloads_.erase(found);
    if (event.has_done()) {
      end(*download, model_of(event.done(), download->name, download->held).and_then(hooks_.pulled));
    } else {
      end(*download, tl::unexpected(error_of(event.failed())));
    }
  }

  void take_unfinished(const wire::Unfinished& told) {
    unfinished_.clear();
    for (const auto& left : told.pulls()) {
      engine::Progress progress;
      progress.total_bytes = left.total_bytes();
      progress.completed_bytes = left.have_bytes();
      unfinished_.emplace(left.name(), engine::PullState{left.name(), Step::paused, progress, {}});
    }
  }

  asio::any_io_executor executor_;
  Hooks hooks_;
  std::shared_ptr<net::PacketChannel> channel_;
  std::map<std::uint64_t, std::shared_ptr<Download>> downloads_;
  std::map<std::uint64_t, std::shared_ptr<Looking>> lookings_;
  std::map<std::string, engine::PullState> unfinished_;  ///< By name: what the fetcher could go on with.
  std::map<std::string, engine::PullState> ended_;       ///< By name: paused, or failed with nobody waiting.
  engine::Puller::ChangeHandler changed_;
  std::map<std::uint64_t, std::shared_ptr<ReleaseWait>> releases_;
  std::uint64_t next_id_ = 1;
  bool stopping_ = false;
};

FetcherLink::FetcherLink(asio::any_io_executor executor, UniqueFd channel, Hooks hooks)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(hooks))) {
  impl_->connect(std::move(channel));
}

FetcherLink::~FetcherLink() {
  impl_->let_go();
}

void FetcherLink::stop() {
  impl_->stop();
}

Result<bool> FetcherLink::discard_unfinished(std::string_view name) {
  return impl_->discard_unfinished(name);
}

void FetcherLink::set_log_level(std::string_view level) {
  impl_->set_log_level(level);
}

void FetcherLink::replace(UniqueFd channel) {
  impl_->connect(std::move(channel));
}

net::Task<Result<std::string>> FetcherLink::release_file() {
  const auto impl = impl_;  // outlives this object while somebody waits
  auto file = co_await impl->release_file();
  co_return file;
}

net::Task<Result<void>> FetcherLink::pull(std::string_view name, engine::ProgressSink progress) {
  const auto impl = impl_;  // outlives this object while somebody waits
  auto pulled = co_await impl->pull(std::string(name), std::move(progress));
  co_return pulled;
}

net::Task<Result<engine::RemoteModel>> FetcherLink::look_up(std::string_view name) {
  const auto impl = impl_;
  auto model = co_await impl->look_up(std::string(name));
  co_return model;
}

Result<std::string> FetcherLink::start(std::string_view name) {
  return impl_->start(name);
}

Result<void> FetcherLink::pause(std::string_view name) {
  return impl_->pause(name);
}

std::vector<engine::PullState> FetcherLink::pulls() const {
  return impl_->pulls();
}

void FetcherLink::on_change(ChangeHandler handler) {
  impl_->on_change(std::move(handler));
}

}  // namespace localscale::house
