#include "engine/linked_worker.hpp"

#include "engine/wire_messages.hpp"
#include "wire/control.pb.h"

namespace localscale::engine {
namespace {

constexpr std::chrono::milliseconds connect_limit{5'000};

void on_reply(Pending<UniqueFd>& pending, sandbox::Packet packet) {
  wire::ShimReply reply;
  if (!reply.ParseFromString(packet.bytes)) return;
  if (reply.has_failed()) {
    pending.answer(reply.id(), tl::unexpected(error_from(reply.failed())));
  } else if (packet.fds.size() != 1) {
    pending.answer(reply.id(), fail(Errc::internal, "The engine's shim answered without a connection."));
  } else {
    pending.answer(reply.id(), std::move(packet.fds.front()));
  }
}

}  // namespace

LinkedWorker::LinkedWorker(std::shared_ptr<WorkerHost> host, Started started)
    : host_(std::move(host)),
      worker_(started.worker),
      pending_(std::make_shared<Pending<UniqueFd>>(host_->executor())),
      shim_(net::PacketChannel::make(host_->executor(), std::move(started.fd))) {
  shim_->listen(
      [pending = pending_](sandbox::Packet packet) { on_reply(*pending, std::move(packet)); },
      [pending = pending_] { pending->fail_all({Errc::unavailable, "The engine has stopped.", {}}); });
}

LinkedWorker::~LinkedWorker() {
  shim_->close();
  pending_->fail_all({Errc::unavailable, "The engine is being stopped.", {}});
  if (host_->forget_worker(worker_)) host_->stop_worker(worker_, true);
}

net::Task<Result<UniqueFd>> LinkedWorker::connect() {
  const auto pending = pending_;
  const auto id = pending->open();
  wire::ShimRequest request;
  request.set_id(id);
  if (const auto sent = shim_->send(request.SerializeAsString()); !sent)
    pending->answer(id, tl::unexpected(sent.error()));
  Error late{Errc::unavailable, "The engine took no connection within 5 s; this answer is lost.",
             "Ask again: an engine that hangs is ended and started anew."};
  co_return co_await pending->wait(id, connect_limit, std::move(late));
}

}  // namespace localscale::engine
