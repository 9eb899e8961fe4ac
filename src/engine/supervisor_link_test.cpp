#include "engine/supervisor_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/packet.hpp"
#include "wire/control.pb.h"

namespace localscale::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Plays the supervisor and the shim by hand.
class SupervisorLinkTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pair = sandbox::packet_pair();
    ASSERT_TRUE(pair);
    supervisor_ = std::move(pair->first);
    link_.emplace(io_.get_executor(), std::move(pair->second));
  }

  void send(const wire::SupervisorEvent& event, int fd = -1) {
    const std::array fds{fd};
    ASSERT_TRUE(sandbox::send_packet(supervisor_.get(), event.SerializeAsString(),
                                     std::span(fds).first(fd < 0 ? 0 : 1)));
  }

  wire::SupervisorRequest next_request() {
    io_.restart();
    io_.run_for(5ms);
    const auto received = sandbox::receive_packet(supervisor_.get());
    wire::SupervisorRequest request;
    if (received) request.ParseFromString(received->packet.bytes);
    return request;
  }

  template <class T>
  T finish(std::future<T>& future) {
    io_.restart();
    while (future.wait_for(0s) != std::future_status::ready) io_.run_one_for(50ms);
    return future.get();
  }

  template <class T>
  std::future<T> begin(net::Task<T> task) {
    return asio::co_spawn(io_, std::move(task), asio::use_future);
  }

  std::unique_ptr<Worker> launch(UniqueFd& shim, ExitHandler on_exit = {}) {
    ServerSpec spec;
    spec.model = "/models/x.gguf";
    spec.settings.threads = 3;
    auto future = begin(link_->launch_server(std::move(spec), std::move(on_exit)));
    const auto request = next_request();
    EXPECT_EQ(request.launch().model_path(), "/models/x.gguf");
    EXPECT_EQ(request.launch().options().threads(), 3U);
    auto pair = sandbox::packet_pair();
    shim = std::move(pair->first);
    wire::SupervisorEvent event;
    event.set_id(request.id());
    event.mutable_started()->set_worker(7);
    send(event, pair->second.get());
    auto worker = finish(future);
    EXPECT_TRUE(worker);
    return worker ? std::move(*worker) : nullptr;
  }

  asio::io_context io_;
  UniqueFd supervisor_;
  std::optional<SupervisorLink> link_;
};

TEST_F(SupervisorLinkTest, LaunchesConnectsAndStops) {
  UniqueFd shim;
  auto worker = launch(shim);
  ASSERT_TRUE(worker);
  auto connecting = begin(worker->connect());
  io_.restart();
  io_.run_for(5ms);
  const auto received = sandbox::receive_packet(shim.get());
  ASSERT_TRUE(received);
  wire::ShimRequest request;
  ASSERT_TRUE(request.ParseFromString(received->packet.bytes));
  wire::ShimReply reply;
  reply.set_id(request.id());
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  const std::array fds{theirs.get()};
  ASSERT_TRUE(sandbox::send_packet(shim.get(), reply.SerializeAsString(), fds));
  const auto connected = finish(connecting);
  ASSERT_TRUE(connected);
  ASSERT_EQ(::write(connected->get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(ours.get(), &byte, 1), 1);
  worker->stop(false);
  EXPECT_EQ(next_request().stop().worker(), 7U);
  worker.reset();
  EXPECT_TRUE(next_request().stop().force());
}

TEST_F(SupervisorLinkTest, AFrozenShimIsToldInPlainWords) {
  UniqueFd shim;
  const auto worker = launch(shim);
  auto connecting = begin(worker->connect());
  const auto connected = finish(connecting);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::unavailable);
  EXPECT_NE(connected.error().what.find("took no connection"), std::string::npos) << connected.error().what;
}

TEST_F(SupervisorLinkTest, TellsHowAWorkerEnded) {
  UniqueFd shim;
  std::optional<WorkerExit> exit;
  const auto worker = launch(shim, [&exit](const WorkerExit& how) { exit = how; });
  wire::SupervisorEvent event;
  event.mutable_exited()->set_worker(7);
  event.mutable_exited()->set_exit_code(137);
  event.mutable_exited()->add_last_lines("bye");
  send(event);
  io_.restart();
  io_.run_for(5ms);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->signal, 9);
  EXPECT_EQ(exit->last_lines, std::vector<std::string>{"bye"});
}

TEST_F(SupervisorLinkTest, PassesRefusalsOn) {
  auto future = begin(link_->launch_server({}, {}));
  wire::SupervisorEvent event;
  event.set_id(next_request().id());
  event.mutable_failed()->set_code("denied");
  event.mutable_failed()->set_what("No.");
  send(event);
  const auto worker = finish(future);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, Errc::denied);
  EXPECT_EQ(worker.error().what, "No.");
}

TEST_F(SupervisorLinkTest, ReadsABenchToItsEndAndEndsOneThatIsLate) {
  const auto answer = [&](std::uint64_t worker) {
    wire::SupervisorEvent event;
    event.set_id(next_request().id());
    event.mutable_started()->set_worker(worker);
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const UniqueFd read_end(ends[0]);
    send(event, read_end.get());
    return UniqueFd(ends[1]);
  };
  auto future = begin(link_->run_bench({}, 5s));
  auto output = answer(8);
  ASSERT_EQ(::write(output.get(), "{}\n", 3), 3);
  output.reset();
  const auto text = finish(future);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(*text, "{}\n");
  EXPECT_EQ(next_request().stop().worker(), 8U) << "its exit was not reported, so it is ended";

  auto late = begin(link_->run_bench({}, 50ms));
  const auto kept = answer(9);
  EXPECT_EQ(finish(late).error().code, Errc::timeout);
  EXPECT_EQ(next_request().stop().worker(), 9U);
}

TEST_F(SupervisorLinkTest, KeepsTheNewestLoadAndWalls) {
  EXPECT_FALSE(link_->load());
  int readings = 0;
  link_->on_load([&readings](const MachineLoad&) { ++readings; });
  wire::SupervisorEvent event;
  event.mutable_load()->set_cores(4);
  event.mutable_load()->set_busy_by_others_permille(1500);
  send(event);
  event.mutable_walls()->add_walls()->set_process("engine");
  send(event);
  io_.restart();
  io_.run_for(5ms);
  EXPECT_EQ(readings, 1);
  EXPECT_DOUBLE_EQ(link_->load()->busy_by_others, 1.5);
  ASSERT_EQ(link_->walls().size(), 1U);
  EXPECT_EQ(link_->walls()[0].process, "engine");
}

TEST_F(SupervisorLinkTest, WhenTheSupervisorGoesAllWhoWaitAreTold) {
  UniqueFd shim;
  bool exited = false;
  bool lost = false;
  const auto worker = launch(shim, [&exited](const WorkerExit&) { exited = true; });
  link_->on_lost([&lost] { lost = true; });
  auto future = begin(link_->launch_server({}, {}));
  next_request();
  supervisor_.reset();
  EXPECT_EQ(finish(future).error().code, Errc::unavailable);
  EXPECT_TRUE(exited);
  EXPECT_TRUE(lost);
}

TEST_F(SupervisorLinkTest, ForeignBytesAreIgnored) {
  ASSERT_TRUE(sandbox::send_packet(supervisor_.get(), "\xff\xff\xff garbage"));
  io_.restart();
  io_.run_for(5ms);
  UniqueFd shim;
  EXPECT_TRUE(launch(shim));
}

TEST_F(SupervisorLinkTest, ShowsTheConfigAndChangesIt) {
  auto reading = begin(link_->read_config());
  const auto asked = next_request();
  EXPECT_TRUE(asked.has_read_config());
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  ASSERT_EQ(::write(pipe[1], "[api]\n", 6), 6);
  ::close(pipe[1]);
  wire::SupervisorEvent shown;
  shown.set_id(asked.id());
  shown.mutable_config_file()->set_path("/etc/x.toml");
  shown.mutable_config_file()->set_writable(true);
  send(shown, pipe[0]);
  ::close(pipe[0]);
  const auto config = finish(reading);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->file, "/etc/x.toml");
  EXPECT_EQ(config->text, "[api]\n");

  auto changing = begin(link_->change_config({{"api.port", std::int64_t{80}}, {"lan.port", std::nullopt}}));
  const auto order = next_request();
  ASSERT_EQ(order.change_config().changes_size(), 2);
  EXPECT_EQ(order.change_config().changes(0).whole(), 80);
  EXPECT_EQ(order.change_config().changes(1).value_case(), wire::ConfigChange::VALUE_NOT_SET);
  wire::SupervisorEvent refused;
  refused.set_id(order.id());
  refused.mutable_failed()->set_code("denied");
  refused.mutable_failed()->set_what("not yours");
  send(refused);
  EXPECT_EQ(finish(changing).error().code, Errc::denied);
}

TEST_F(SupervisorLinkTest, PassesTheSupervisorsLogOn) {
  std::vector<std::string> lines;
  std::uint64_t dropped = 0;
  link_->on_log([&](const std::vector<std::string>& more, std::uint64_t lost) {
    lines = more;
    dropped = lost;
  });
  wire::SupervisorEvent event;
  event.mutable_log()->add_lines("a line");
  event.mutable_log()->set_dropped(3);
  send(event);
  io_.restart();
  io_.run_for(20ms);
  EXPECT_EQ(lines, std::vector<std::string>{"a line"});
  EXPECT_EQ(dropped, 3U);
}

}  // namespace
}  // namespace localscale::engine
