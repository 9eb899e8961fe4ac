#include "mesh/fetcher/service.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <utility>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

#include "base/assert.hpp"
#include "base/line_queue.hpp"
#include "base/log_tap.hpp"
#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/peek.hpp"
#include "mesh/fetcher/release_file.hpp"
#include "wire/control.pb.h"

namespace localscale::mesh::fetcher {
namespace {

constexpr int max_have_digests = 1024;
constexpr std::size_t max_unfinished_names = 256;
constexpr std::chrono::hours sweep_interval{1};
constexpr std::size_t peek_packet_bytes = 32U << 10;

/// Words that are no level change nothing.
void set_log_level(const std::string& word) {
  const auto level = spdlog::level::from_str(word);
  if (level != spdlog::level::off) spdlog::set_level(level);
}

wire::FetchedFile::Role to_wire(Role role) {
  switch (role) {
    case Role::model:
      return wire::FetchedFile::MODEL;
    case Role::projector:
      return wire::FetchedFile::PROJECTOR;
    case Role::chat_template:
      return wire::FetchedFile::TEMPLATE;
    case Role::parameters:
      return wire::FetchedFile::PARAMETERS;
    case Role::system:
      return wire::FetchedFile::SYSTEM;
    case Role::license:
      return wire::FetchedFile::LICENSE;
    case Role::other:
      return wire::FetchedFile::OTHER;
  }
  return wire::FetchedFile::OTHER;
}

wire::FetchEvent progress_event(std::uint64_t id, const Status& status) {
  wire::FetchEvent event;
  event.set_id(id);
  auto& progress = *event.mutable_progress();
  progress.set_status(status.text);
  progress.set_digest(status.digest);
  progress.set_total_bytes(status.total_bytes);
  progress.set_completed_bytes(status.completed_bytes);
  progress.set_bytes_per_second(status.bytes_per_second);
  return event;
}

void set_file(wire::FetchedFile& out, const FileRef& file) {
  out.set_role(to_wire(file.role));
  out.set_digest(file.digest);
  out.set_bytes(file.bytes);
}

wire::FetchEvent done_event(std::uint64_t id, const PulledModel& model) {
  wire::FetchEvent event;
  event.set_id(id);
  auto& done = *event.mutable_done();
  done.set_name(model.name);
  done.set_manifest_digest(model.files.manifest_digest);
  for (const auto& file : model.files.files) set_file(*done.add_files(), file);
  return event;
}

wire::FetchEvent found_event(std::uint64_t id, const ModelFiles& model) {
  wire::FetchEvent event;
  event.set_id(id);
  auto& found = *event.mutable_peek_found();
  for (const auto& file : model.files) set_file(*found.add_files(), file);
  return event;
}

wire::FetchEvent bytes_event(std::uint64_t id, std::uint64_t offset, std::span<const std::byte> bytes) {
  wire::FetchEvent event;
  event.set_id(id);
  event.mutable_peek_bytes()->set_offset(offset);
  event.mutable_peek_bytes()->set_data(bytes.data(), bytes.size());
  return event;
}

std::set<std::string> digests_of(const wire::Pull& pull) {
  std::set<std::string> out;
  for (int i = 0; i < std::min(pull.have_digests_size(), max_have_digests); ++i) {
    if (is_digest(pull.have_digests(i))) out.insert(pull.have_digests(i));
  }
  return out;
}

}  // namespace

Service::Service(Channel channel, const Common& common, std::chrono::seconds keep_unfinished)
    : channel_(std::move(channel)),
      common_(common),
      keep_unfinished_(keep_unfinished),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  LS_ASSERT(wake_.valid());
  log::tap([this](std::string_view line) { pass_on(line); });
}

Service::~Service() {
  log::tap({});
  for (auto& job : running_) job->cancel.request();
  for (auto& job : running_) job->thread.join();
}

Result<void> Service::run(int stop_fd) {
  constexpr int longest_wait_ms = std::chrono::milliseconds(sweep_interval).count();
  while (true) {
    sweep();
    std::array<pollfd, 3> wait{{{channel_.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {stop_fd, POLLIN, 0}}};
    if (::poll(wait.data(), wait.size(), longest_wait_ms) < 0 && errno != EINTR)
      return fail_errno("wait for the house", errno);
    if (wait[2].revents != 0) return {};
    if (wait[1].revents != 0) reap();
    if (wait[0].revents == 0) continue;
    const auto open = handle_packet();
    if (!open) return tl::unexpected(open.error());
    if (!*open) return {};
  }
}

/// False once the house has gone.
Result<bool> Service::handle_packet() {
  const auto packet = channel_.receive();
  if (!packet && packet.error().code == Errc::corrupt) {
    spdlog::error("the house sent a packet over the limits; it is ignored");
    return true;
  }
  if (!packet) return tl::unexpected(packet.error());
  if (!*packet) return false;
  wire::FetchRequest request;
  if (!request.ParseFromString(**packet) || request.id() == 0) {
    spdlog::error("the house sent a packet that is no request; it is ignored");
    return true;
  }
  switch (request.request_case()) {
    case wire::FetchRequest::kPull:
      if (request.pull().name().empty())
        send_failure(request.id(), {Errc::invalid_argument, "'' is not a model name.", ""});
      else
        start(request.id(), request.pull().name(), digests_of(request.pull()));
      break;
    case wire::FetchRequest::kCancel:
      cancel(request.id());
      break;
    case wire::FetchRequest::kDiscard:
      discard(request.discard().name());
      break;
    case wire::FetchRequest::kPeek:
      start_peek(request.id(), request.peek().name(), request.peek().most_bytes());
      break;
    case wire::FetchRequest::kCheckUpdate:
      start(request.id(), {}, {});
      break;
    case wire::FetchRequest::kSetLogLevel:
      set_log_level(request.set_log_level().level());
      break;
    case wire::FetchRequest::REQUEST_NOT_SET:
      send_failure(request.id(), {Errc::unsupported, "The fetcher does not know this request.", ""});
      break;
  }
  return true;
}

void Service::start(std::uint64_t id, std::string name, std::set<std::string> have) {
  if (queued_.size() >= max_queued_pulls) {
    send_failure(id, {Errc::exhausted, "Too many pulls are waiting.", "Try again when some are done."});
    return;
  }
  auto job = std::make_unique<Job>();
  job->id = id;
  job->name = std::move(name);
  job->have = std::move(have);
  // A person waits for the release file, which is small: it goes before pulls.
  if (job->name.empty()) return run(std::move(job));
  queued_.push_back(std::move(job));
  launch_queued();
}

void Service::start_peek(std::uint64_t id, std::string name, std::uint64_t most_bytes) {
  if (running_peeks() >= max_running_peeks) {
    send_failure(id, {Errc::exhausted, "Too many models are being looked at.", "Try again in a moment."});
    return;
  }
  auto job = std::make_unique<Job>();
  job->id = id;
  job->name = std::move(name);
  job->peek_bytes = std::max<std::uint64_t>(most_bytes, 1);
  run(std::move(job));
}

void Service::cancel(std::uint64_t id) {
  for (auto& job : running_) {
    if (job->id == id) job->cancel.request();
  }
  const auto waiting = std::ranges::find(queued_, id, [](const auto& job) { return job->id; });
  if (waiting == queued_.end()) return;
  queued_.erase(waiting);
  send_failure(id, {Errc::cancelled, "The pull was cancelled.", ""});
}

/// A pull of that name that is just ending (the house says no name that it still waits for) does it itself.
void Service::discard(const std::string& name) {
  for (auto& job : running_) {
    if (job->name == name && job->peek_bytes == 0) job->discard = true;
  }
  common_.store.discard_name(name);
  send_unfinished(name);
}

void Service::sweep() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_sweep_) return;
  next_sweep_ = now + sweep_interval;
  common_.store.remove_abandoned(keep_unfinished_);
  send_unfinished();
}

void Service::send_unfinished(const std::string& dropped) {
  wire::FetchEvent event;
  auto& unfinished = *event.mutable_unfinished();
  for (const auto& name : common_.store.unfinished_names()) {
    if (static_cast<std::size_t>(unfinished.pulls_size()) == max_unfinished_names) break;
    if (name == dropped) continue;
    const auto kept = common_.store.kept_for(name);
    auto& left = *unfinished.add_pulls();
    left.set_name(name);
    left.set_have_bytes(kept.have_bytes);
    left.set_total_bytes(kept.total_bytes);
  }
  send(event, false);
}

std::size_t Service::running_peeks() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(running_, [](const auto& job) { return job->peek_bytes != 0; }));
}

void Service::launch_queued() {
  while (running_.size() - running_peeks() < max_running_pulls && !queued_.empty()) {
    auto job = std::move(queued_.front());
    queued_.pop_front();
    run(std::move(job));
  }
}

void Service::run(std::unique_ptr<Job> job) {
  running_.push_back(std::move(job));
  auto& started = *running_.back();
  started.thread = std::thread([this, &started] { work(started); });
}

void Service::reap() {
  eventfd_t count = 0;
  ::eventfd_read(wake_.get(), &count);
  std::erase_if(running_, [](const auto& job) {
    if (!job->done) return false;
    job->thread.join();
    return true;
  });
  launch_queued();
}

void Service::work(Job& job) {
  if (job.peek_bytes != 0)
    work_peek(job);
  else if (job.name.empty())
    ask_for_release(job);
  else
    work_pull(job);
  job.done = true;
  ::eventfd_write(wake_.get(), 1);
}

void Service::ask_for_release(const Job& job) {
  auto text = fetch_release_file(common_, job.cancel);
  if (!text) return send_failure(job.id, text.error());
  wire::FetchEvent event;
  event.set_id(job.id);
  event.mutable_release_file()->set_text(std::move(*text));
  send(event, false);
}

void Service::work_pull(Job& job) {
  Pull pull(common_, job.name, job.have, job.cancel,
            [&](const Status& status) { send(progress_event(job.id, status), true); });
  const auto model = pull.run();
  if (model) {
    spdlog::info("pulled {} ({})", model->name, model->files.manifest_digest);
    send(progress_event(job.id, {"success", {}, 0, 0, 0}), false);
    send(done_event(job.id, *model), false);
  } else {
    send_failure(job.id, model.error());
    if (job.discard) common_.store.discard_name(job.name);
  }
  send_unfinished();
}

void Service::work_peek(Job& job) {
  Peek peek(common_, job.name, job.peek_bytes, job.cancel);
  const auto pass_on = [&](std::uint64_t offset, std::span<const std::byte> bytes) {
    for (; !bytes.empty() && !job.cancel.requested();) {
      const auto piece = bytes.first(std::min(bytes.size(), peek_packet_bytes));
      send(bytes_event(job.id, offset, piece), false);
      offset += piece.size();
      bytes = bytes.subspan(piece.size());
    }
  };
  const auto looked =
      peek.run([&](const ModelFiles& model) { send(found_event(job.id, model), false); }, pass_on);
  if (job.cancel.requested()) return;  // the house has enough
  if (!looked) return send_failure(job.id, looked.error());
  wire::FetchEvent event;
  event.set_id(job.id);
  event.mutable_peek_end();
  send(event, false);
}

void Service::send(const wire::FetchEvent& event, bool droppable) {
  if (auto sent = channel_.send(event.SerializeAsString(), droppable); !sent) {
    spdlog::debug("an event did not reach the house: {}", sent.error().what);
  }
}

/// On whichever thread logs, one at a time; logs nothing itself.
void Service::pass_on(std::string_view line) {
  wire::FetchEvent event;
  event.mutable_log()->add_lines(LineQueue::cut(line));
  event.mutable_log()->set_dropped(lines_dropped_);
  lines_dropped_ = channel_.try_send(event.SerializeAsString()) ? 0 : lines_dropped_ + 1;
}

void Service::send_failure(std::uint64_t id, const Error& error) {
  spdlog::info("request {} failed: {}: {}", id, name(error.code), error.what);
  wire::FetchEvent event;
  event.set_id(id);
  event.mutable_failed()->set_code(std::string(name(error.code)));
  event.mutable_failed()->set_what(error.what);
  event.mutable_failed()->set_next(error.next);
  send(event, false);
}

}  // namespace localscale::mesh::fetcher
