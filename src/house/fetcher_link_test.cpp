#include "house/fetcher_link.hpp"

#include <functional>
#include <optional>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "sandbox/packet.hpp"
#include "tests/support/gguf_builder.hpp"
#include "wire/control.pb.h"

namespace localscale::house {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A link whose fetcher is the test.
class FetcherLinkTest : public testing::Test {
 protected:
  FetcherLinkTest() {
    auto pair = sandbox::packet_pair();
    fetcher_ = std::move(pair->second);
    link_.emplace(context_.get_executor(), std::move(pair->first),
                  FetcherLink::Hooks{[this](const store::NamedModel& model) -> Result<void> {
                                       recorded_.push_back(model);
                                       return {};
                                     },
                                     [this] { return held_; },
                                     [this](bool here) { here_ = here; },
                                     {}});
  }

  struct Caller {
    std::optional<Result<void>> result;
    std::vector<std::string> statuses;
    asio::cancellation_signal stop;
  };

  std::shared_ptr<Caller> pull(std::string name) {
    auto caller = std::make_shared<Caller>();
    auto sink = [](std::shared_ptr<Caller> to, engine::Progress progress) -> net::Task<void> {
      to->statuses.push_back(progress.status);
      co_return;
    };
    auto wait = [](FetcherLink& link, std::string text, std::shared_ptr<Caller> to,
                   engine::ProgressSink progress) -> net::Task<void> {
      auto result = co_await link.pull(text, progress);
      to->result = std::move(result);
    };
    engine::ProgressSink progress = [sink, caller](const engine::Progress& p) { return sink(caller, p); };
    asio::co_spawn(context_, wait(*link_, std::move(name), caller, progress),
                   asio::bind_cancellation_slot(caller->stop.slot(), [](const std::exception_ptr&) {}));
    run();
    return caller;
  }

  void run() {
    context_.restart();
    context_.run_for(20ms);
  }

  /// The next request that reached the fetcher.
  wire::FetchRequest request() {
    wire::FetchRequest out;
    EXPECT_TRUE(out.ParseFromString(sandbox::receive_packet(fetcher_.get())->packet.bytes));
    return out;
  }

  void send(const wire::FetchEvent& event) {
    ASSERT_TRUE(sandbox::send_packet(fetcher_.get(), event.SerializeAsString()));
    run();
  }

  void send_progress(std::uint64_t id, const std::string& status) {
    wire::FetchEvent event;
    event.set_id(id);
    event.mutable_progress()->set_status(status);
    send(event);
  }

  void send_done(std::uint64_t id) {
    wire::FetchEvent event;
    event.set_id(id);
    event.mutable_done()->set_name("m:latest");
    auto& file = *event.mutable_done()->add_files();
    file.set_digest("sha256:aa");
    file.set_bytes(7);
    send(event);
  }

  void send_unfinished(const std::string& name, std::uint64_t have, std::uint64_t total) {
    wire::FetchEvent event;
    auto& left = *event.mutable_unfinished()->add_pulls();
    left.set_name(name);
    left.set_have_bytes(have);
    left.set_total_bytes(total);
    send(event);
  }

  struct Look {
    std::optional<Result<engine::RemoteModel>> result;
  };

  std::shared_ptr<Look> look_up(std::string name) {
    auto look = std::make_shared<Look>();
    auto wait = [](FetcherLink& link, std::string text, std::shared_ptr<Look> to) -> net::Task<void> {
      auto result = co_await link.look_up(text);
      to->result = std::move(result);
    };
    asio::co_spawn(context_, wait(*link_, std::move(name), look), [](const std::exception_ptr&) {});
    run();
    return look;
  }

  void send_found(std::uint64_t id, std::uint64_t bytes) {
    wire::FetchEvent event;
    event.set_id(id);
    auto& file = *event.mutable_peek_found()->add_files();
    file.set_digest("sha256:aa");
    file.set_bytes(bytes);
    send(event);
  }

  void send_bytes(std::uint64_t id, std::uint64_t offset, const std::string& data) {
    wire::FetchEvent event;
    event.set_id(id);
    event.mutable_peek_bytes()->set_offset(offset);
    event.mutable_peek_bytes()->set_data(data);
    send(event);
  }

  /// nullopt where it fails.
  std::optional<bool> discard(const char* name) {
    const auto done = link_->discard_unfinished(name);
    return done ? std::optional(*done) : std::nullopt;
  }

  asio::io_context context_;
  UniqueFd fetcher_;
  std::optional<FetcherLink> link_;
  std::vector<store::NamedModel> recorded_;
  std::vector<store::NamedFile> held_;
  bool here_ = false;
};

TEST_F(FetcherLinkTest, APullIsAskedForReportedAndRecorded) {
  const auto caller = pull("m");
  const auto asked = request();
  EXPECT_EQ(asked.pull().name(), "m:latest");
  send_progress(asked.id(), "pulling manifest");
  send_progress(asked.id(), "success");  // said by the gateway, once it is true
  send_done(asked.id());
  ASSERT_TRUE(caller->result && caller->result->has_value());
  EXPECT_EQ(caller->statuses, std::vector<std::string>{"pulling manifest"});
  ASSERT_EQ(recorded_.size(), 1U);
  EXPECT_EQ(recorded_[0].files.at(0).digest, "sha256:aa");
}

TEST_F(FetcherLinkTest, AFileThatLiesElsewhereIsNotAskedForAndNamedWhereItIs) {
  held_ = {{store::FileRole::model, "sha256:aa", 7, "/elsewhere/blob"},
           {store::FileRole::model, "sha256:bb", 9, "/elsewhere/other"}};
  const auto caller = pull("m");
  const auto asked = request();
  EXPECT_EQ(asked.pull().have_digests_size(), 2);
  EXPECT_EQ(asked.pull().have_digests(0), "sha256:aa");
  send_done(asked.id());
  ASSERT_TRUE(caller->result && caller->result->has_value());
  EXPECT_EQ(recorded_.at(0).files.at(0).path, "/elsewhere/blob");
}

TEST_F(FetcherLinkTest, AFileElsewhereThatIsNotWholeIsSaidToBe) {
  held_ = {{store::FileRole::model, "sha256:aa", 6, "/elsewhere/blob"}};
  const auto caller = pull("m");
  send_done(request().id());
  ASSERT_TRUE(caller->result && !caller->result->has_value());
  EXPECT_EQ(caller->result->error().code, Errc::corrupt);
  EXPECT_TRUE(recorded_.empty());
}

TEST_F(FetcherLinkTest, TwoPullsOfOneNameShareOneDownload) {
  const auto first = pull("m");
  const auto second = pull("m:latest");
  send_done(request().id());
  EXPECT_TRUE(first->result && first->result->has_value());
  EXPECT_TRUE(second->result && second->result->has_value());
  EXPECT_EQ(recorded_.size(), 1U);
}

TEST_F(FetcherLinkTest, OnlyTheLastWhoLeavesCancelsTheDownload) {
  const auto first = pull("m");
  const auto second = pull("m");
  const auto id = request().id();
  first->stop.emit(asio::cancellation_type::terminal);
  run();
  send_progress(id, "pulling manifest");
  EXPECT_EQ(second->statuses.size(), 1U);
  second->stop.emit(asio::cancellation_type::terminal);
  run();
  const auto cancelled = request();
  EXPECT_TRUE(cancelled.has_cancel());
  EXPECT_EQ(cancelled.id(), id);
  send_done(id);  // too late: nobody waits
  EXPECT_TRUE(recorded_.empty());
}

TEST_F(FetcherLinkTest, AFailureKeepsItsKindAndWords) {
  const auto caller = pull("m");
  wire::FetchEvent event;
  event.set_id(request().id());
  event.mutable_failed()->set_code("not_found");
  event.mutable_failed()->set_what("It is not there.");
  send(event);
  ASSERT_TRUE(caller->result && !caller->result->has_value());
  EXPECT_EQ(caller->result->error().code, Errc::not_found);
  EXPECT_EQ(caller->result->error().what, "It is not there.");
}

TEST_F(FetcherLinkTest, TheEndOfTheFetcherFailsPullsAndANewOneServesAgain) {
  const auto caller = pull("m");
  EXPECT_TRUE(here_);
  fetcher_.reset();
  run();
  ASSERT_TRUE(caller->result && !caller->result->has_value());
  EXPECT_EQ(caller->result->error().code, Errc::unavailable);
  EXPECT_FALSE(here_);
  EXPECT_EQ(pull("m")->result->error().code, Errc::unavailable);

  auto pair = sandbox::packet_pair();
  fetcher_ = std::move(pair->second);
  link_->replace(std::move(pair->first));
  const auto again = pull("m");
  send_done(request().id());
  EXPECT_TRUE(again->result && again->result->has_value());
}

TEST_F(FetcherLinkTest, AHomeThatStopsEndsItsPullsAtOnceAndStartsNoMore) {
  const auto caller = pull("m");
  link_->stop();
  run();
  ASSERT_TRUE(caller->result && !caller->result->has_value());
  EXPECT_EQ(caller->result->error().code, Errc::unavailable);
  EXPECT_NE(caller->result->error().message().find("kept. After its next start, run the same pull again"),
            std::string::npos);
  EXPECT_TRUE(request().has_pull());
  EXPECT_EQ(sandbox::receive_packet(fetcher_.get())->state, sandbox::Received::State::closed);
  auto pair = sandbox::packet_pair();
  link_->replace(std::move(pair->first));
  EXPECT_EQ(pull("m")->result->error().code, Errc::unavailable);
}

TEST_F(FetcherLinkTest, WhatAnUnfinishedPullLeftCanBeDiscarded) {
  EXPECT_EQ(discard("m"), false);
  send_unfinished("m:latest", 30, 100);
  EXPECT_EQ(discard("m"), true);
  run();
  EXPECT_EQ(request().discard().name(), "m:latest");
  EXPECT_EQ(discard("m"), false);
}

TEST_F(FetcherLinkTest, APullThatGoesOnIsNotDiscardedButACancelledOneIs) {
  const auto caller = pull("m");
  EXPECT_TRUE(request().has_pull());
  const auto refused = link_->discard_unfinished("m");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  caller->stop.emit(asio::cancellation_type::terminal);
  run();
  EXPECT_TRUE(request().has_cancel());
  EXPECT_EQ(discard("m"), true);
  run();
  EXPECT_EQ(request().discard().name(), "m:latest");
}

TEST_F(FetcherLinkTest, APullThatNobodyWaitsForGoesOnAndIsListedAndTold) {
  std::vector<engine::PullState::Step> told;
  link_->on_change([&](const engine::PullState& state) { told.push_back(state.step); });
  ASSERT_EQ(link_->start("m").value_or(""), "m:latest");
  run();
  const auto id = request().id();
  wire::FetchEvent event;
  event.set_id(id);
  event.mutable_progress()->set_status("pulling aa");
  event.mutable_progress()->set_total_bytes(100);
  event.mutable_progress()->set_completed_bytes(40);
  send(event);
  const auto listed = link_->pulls();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].step, engine::PullState::Step::running);
  EXPECT_EQ(listed[0].progress.completed_bytes, 40U);
  pull("m")->stop.emit(asio::cancellation_type::terminal);  // someone who watched and left
  run();
  send_done(id);
  EXPECT_EQ(recorded_.size(), 1U);
  EXPECT_TRUE(link_->pulls().empty());
  EXPECT_EQ(told, (std::vector{engine::PullState::Step::running, engine::PullState::Step::done}));
}

TEST_F(FetcherLinkTest, APausedPullIsListedUntilItGoesOnOrIsDropped) {
  const auto caller = pull("m");
  const auto id = request().id();
  ASSERT_TRUE(link_->pause("m"));
  run();
  EXPECT_EQ(request().id(), id);  // its cancel
  ASSERT_TRUE(caller->result && !caller->result->has_value());
  EXPECT_EQ(caller->result->error().code, Errc::cancelled);
  send_unfinished("m:latest", 30, 100);
  auto listed = link_->pulls();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].step, engine::PullState::Step::paused);
  EXPECT_EQ(listed[0].progress.completed_bytes, 30U);
  EXPECT_EQ(link_->pause("m").error().code, Errc::not_found);
  ASSERT_TRUE(link_->start("m"));
  EXPECT_EQ(link_->pulls().at(0).step, engine::PullState::Step::running);
  ASSERT_TRUE(link_->pause("m"));
  EXPECT_EQ(discard("m"), true);
  EXPECT_TRUE(link_->pulls().empty());
}

TEST_F(FetcherLinkTest, WhyAPullFailedThatNobodyWaitedForIsKept) {
  ASSERT_TRUE(link_->start("m"));
  run();
  wire::FetchEvent event;
  event.set_id(request().id());
  event.mutable_failed()->set_code("not_found");
  event.mutable_failed()->set_what("It is not there.");
  send(event);
  const auto listed = link_->pulls();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].step, engine::PullState::Step::failed);
  EXPECT_EQ(listed[0].message, "It is not there.");
  EXPECT_EQ(discard("m"), true);
  EXPECT_TRUE(link_->pulls().empty());
}

TEST_F(FetcherLinkTest, AModelIsLookedUpByItsFirstBytesAndTheFetcherToldToStop) {
  const auto file =
      tests::tiny_model(
          {.layers = 1, .embedding = 32, .heads = 2, .kv_heads = 1, .feed_forward = 32, .type = 8})
          .build();
  const std::string header(reinterpret_cast<const char*>(file.data()), file.size());
  const auto look = look_up("m");
  const auto asked = request();
  EXPECT_EQ(asked.peek().name(), "m:latest");
  send_found(asked.id(), header.size());
  send_bytes(asked.id(), 0, header.substr(0, 100));
  EXPECT_FALSE(look->result);
  send_bytes(asked.id(), 100, header.substr(100));
  ASSERT_TRUE(look->result && look->result->has_value());
  const auto& model = look->result->value();
  EXPECT_EQ(model.name, "m:latest");
  EXPECT_EQ(model.bytes, header.size());
  ASSERT_TRUE(model.facts);
  EXPECT_EQ(model.facts->architecture, "llama");
  EXPECT_TRUE(request().has_cancel());
}

TEST_F(FetcherLinkTest, AHeaderOfNoUseSaysWhyAndLeavesWhatTheManifestSays) {
  const auto look = look_up("m");
  const auto id = request().id();
  send_found(id, 1'000);
  send_bytes(id, 0, std::string(1'000, 'x'));
  ASSERT_TRUE(look->result && look->result->has_value());
  EXPECT_FALSE(look->result->value().facts);
  EXPECT_EQ(look->result->value().bytes, 1'000U);
  EXPECT_FALSE(look->result->value().trouble.empty());
}

TEST_F(FetcherLinkTest, BytesOutOfOrderAndAFetcherThatGoesEndALook) {
  const auto muddled = look_up("m");
  const auto id = request().id();
  send_found(id, 1'000);
  send_bytes(id, 500, "x");
  ASSERT_TRUE(muddled->result && !muddled->result->has_value());
  EXPECT_EQ(muddled->result->error().code, Errc::corrupt);
  const auto left = look_up("n");
  fetcher_.reset();
  run();
  ASSERT_TRUE(left->result && !left->result->has_value());
  EXPECT_EQ(left->result->error().code, Errc::unavailable);
}

TEST_F(FetcherLinkTest, WhatIsNoNameIsNotAskedFor) {
  const auto caller = pull("../etc");
  ASSERT_TRUE(caller->result && !caller->result->has_value());
  EXPECT_EQ(caller->result->error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace localscale::house
