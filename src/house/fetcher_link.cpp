#include "house/fetcher_link.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "core/models/model_name.hpp"
#include "net/packet_channel.hpp"
#include "wire/control.pb.h"

namespace localscale::house {
namespace {

namespace asio = boost::asio;

constexpr std::size_t max_queued_events = 64;
constexpr std::size_t max_held_files = 512;  ///< Named in one request: what a packet has room for.

store::FileRole role_of(wire::FetchedFile::Role role) {
  switch (role) {
    case wire::FetchedFile::MODEL:
      return store::FileRole::model;
    case wire::FetchedFile::PROJECTOR:
      return store::FileRole::projector;
    case wire::FetchedFile::TEMPLATE:
      return store::FileRole::chat_template;
    case wire::FetchedFile::PARAMETERS:
      return store::FileRole::parameters;
    case wire::FetchedFile::SYSTEM:
      return store::FileRole::system;
    case wire::FetchedFile::LICENSE:
      return store::FileRole::license;
    default:
      return store::FileRole::other;
  }
}

/// By digest.
using HeldFiles = std::map<std::string, store::NamedFile>;

/// The fetcher is not trusted to choose a name: it may only fill in the quantization that nobody asked for.
bool is_what_was_asked(const std::string& brought, const std::string& asked) {
  const auto wanted = core::parse_model_name(asked);
  auto got = core::parse_model_name(brought);
  if (!wanted || !got) return false;
  if (wanted->host == "hf.co" && wanted->tag == "latest") got->tag = wanted->tag;
  return *got == *wanted;
}

Result<store::NamedModel> model_of(const wire::FetchDone& done, const std::string& asked,
                                   const HeldFiles& held) {
  if (!is_what_was_asked(done.name(), asked)) {
    return fail(Errc::corrupt, "The fetcher was asked for '" + asked + "' and brought '" + done.name() + "'.",
                "Nothing was changed. Run the same pull again.");
  }
  store::NamedModel model;
  model.name = done.name();
  model.manifest_digest = done.manifest_digest();
  model.modified_unix_s =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  for (const auto& file : done.files()) {
    const auto elsewhere = held.find(file.digest());
    const bool ours = elsewhere == held.end();
    if (!ours && elsewhere->second.bytes != file.bytes()) {
      return fail(
          Errc::corrupt,
          elsewhere->second.path.string() + " is not the whole file that '" + done.name() + "' needs.",
          "Repair or remove it there, then run the same pull again.");
    }
    model.files.push_back({role_of(file.role()), file.digest(), file.bytes(),
                           ours ? std::filesystem::path() : elsewhere->second.path});
  }
  return model;
}

Error error_of(const wire::Failure& failure) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto code = static_cast<Errc>(i);
    if (name(code) == failure.code()) return {code, failure.what(), failure.next()};
  }
  return {Errc::internal, failure.what(), failure.next()};
}

engine::Progress progress_of(const wire::FetchProgress& progress) {
  return {progress.status(), progress.digest(), progress.total_bytes(), progress.completed_bytes(),
          progress.bytes_per_second()};
}

Error fetcher_gone() {
  return {Errc::unavailable, "The fetcher stopped. What was downloaded so far is kept.",
          "It is being started anew: run the same pull again to resume."};
}

Error home_stops() {
  return {Errc::unavailable, "The home is being stopped. What was downloaded so far is kept.",
          "After its next start, run the same pull again to resume."};
}

/// Somebody who waits for a download.
struct Watcher {
  explicit Watcher(const asio::any_io_executor& executor)
      : wake(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer wake;
  std::deque<engine::Progress> events;
};

/// One download, for everybody who asked for that name.
struct Download {
  std::uint64_t id = 0;
  std::string name;
  std::list<Watcher> watchers;
  HeldFiles held;
  std::optional<Result<void>> result;

  void tell(const engine::Progress& event) {
    for (auto& watcher : watchers) {
      auto& events = watcher.events;
      const bool newer =
          !events.empty() && events.back().status == event.status && events.back().digest == event.digest;
      if (newer || events.size() >= max_queued_events) events.pop_back();  // a slow client sees fewer steps
      events.push_back(event);
      watcher.wake.cancel();
    }
  }

  void end(Result<void> how) {
    result = std::move(how);
    for (auto& watcher : watchers) watcher.wake.cancel();
  }
};

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
    for (auto& [id, download] : downloads_) download->end(tl::unexpected(why));
    downloads_.clear();
    unfinished_.clear();
  }

  Result<bool> discard_unfinished(std::string_view text) {
    const auto name = core::parse_model_name(text);
    if (!name) return tl::unexpected(name.error());
    const auto display = name->display();
    if (std::ranges::any_of(downloads_, [&](const auto& one) { return one.second->name == display; })) {
      return fail(Errc::conflict, "'" + display + "' is being downloaded.",
                  "Stop the pull first, then remove it.");
    }
    if (unfinished_.erase(display) == 0) return false;
    wire::FetchRequest request;
    request.set_id(next_id_++);
    request.mutable_discard()->set_name(display);
    send(request);
    return true;
  }

  void stop() {
    stopping_ = true;
    disconnect(home_stops());
  }

  void let_go() {
    hooks_ = {};
    disconnect(fetcher_gone());
  }

  net::Task<Result<void>> pull(std::string text, engine::ProgressSink progress) {
    const auto name = core::parse_model_name(text);
    if (!name) co_return tl::unexpected(name.error());
    if (stopping_) co_return tl::unexpected(home_stops());
    if (!channel_) {
      co_return fail(Errc::unavailable, "The fetcher is not running, so models cannot be downloaded.",
                     "It is being started: try again in a moment.");
    }
    const auto download = find_or_start(name->display());
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
      if (download_->watchers.empty() && !download_->result) link_->abandon(*download_);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    [[nodiscard]] Watcher& watcher() const { return *at_; }

   private:
    std::shared_ptr<Impl> link_;
    std::shared_ptr<Download> download_;
    std::list<Watcher>::iterator at_;
  };

  std::shared_ptr<Download> find_or_start(const std::string& name) {
    for (const auto& [id, download] : downloads_) {
      if (download->name == name) return download;
    }
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

  void abandon(const Download& download) {
    wire::FetchRequest request;
    request.set_id(download.id);
    request.mutable_cancel();
    if (channel_) send(request);
    if (channel_) unfinished_.insert(download.name);  // until the fetcher says what it really left
    downloads_.erase(download.id);
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
    if (event.has_unfinished()) {
      unfinished_ = {event.unfinished().names().begin(), event.unfinished().names().end()};
      return;
    }
    const auto found = downloads_.find(event.id());
    if (found == downloads_.end()) return;  // abandoned
    const auto download = found->second;
    if (event.has_progress()) {
      // "success" is ours to say, once the model is recorded.
      if (event.progress().status() != "success") download->tell(progress_of(event.progress()));
      return;
    }
    downloads_.erase(found);
    if (event.has_done()) {
      download->end(model_of(event.done(), download->name, download->held).and_then(hooks_.pulled));
    } else {
      download->end(tl::unexpected(error_of(event.failed())));
    }
  }

  asio::any_io_executor executor_;
  Hooks hooks_;
  std::shared_ptr<net::PacketChannel> channel_;
  std::map<std::uint64_t, std::shared_ptr<Download>> downloads_;
  std::set<std::string> unfinished_;  ///< Names that the fetcher could go on with.
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

void FetcherLink::replace(UniqueFd channel) {
  impl_->connect(std::move(channel));
}

net::Task<Result<void>> FetcherLink::pull(std::string_view name, engine::ProgressSink progress) {
  const auto impl = impl_;  // outlives this object while somebody waits
  auto pulled = co_await impl->pull(std::string(name), std::move(progress));
  co_return pulled;
}

}  // namespace localscale::house
