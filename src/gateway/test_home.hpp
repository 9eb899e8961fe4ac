#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "gateway/gateway.hpp"
#include "store/memory_conversation_store.hpp"

/// A gateway among fakes: engines answer from scripts, clients are recorded.
namespace localscale::gateway::testing {

/// What the fake engine does with the next request; a further one on the same lease takes the next script,
/// if there is one.
struct Script {
  unsigned status = 200;
  std::string type = "application/json";
  bool sized = true;                ///< Has a Content-Length.
  std::vector<std::string> pieces;  ///< The body as read_some gives it.
  bool dies_before_head = false;
  bool dies_after_pieces = false;
  bool hangs_before_head = false;  ///< Until who waits is cancelled.
  bool hangs_after_pieces = false;
};

struct SeenRequest {
  std::string method;
  std::string target;
  std::string body;
  std::string content_type;
  std::string traceparent;
};

/// What the client got.
struct Got {
  unsigned status = 0;
  net::Headers headers;
  std::string body;
  bool streamed = false;
  bool ended = false;
};

/// What a client sends.
struct Asked {
  std::string method;
  std::string target;
  std::string body{};
  net::Headers headers{};
  net::Door door = net::Door::loopback;
};

class FakeCatalog final : public engine::Catalog {
 public:
  std::vector<engine::Model> list() override { return models; }
  std::vector<engine::Problem> problems() override { return damaged; }
  Result<engine::Model> find(std::string_view name) override;
  Result<void> copy(std::string_view from, std::string_view to, engine::WhenTaken taken) override;
  Result<void> remove(std::string_view name) override;
  std::vector<engine::Model> models;
  std::vector<engine::Problem> damaged;
  std::optional<Error> copy_error;
  std::optional<Error> remove_error;
};

class FakeEngines final : public engine::Engines {
 public:
  explicit FakeEngines(FakeCatalog& catalog) : catalog_(catalog) {}
  net::Task<Result<std::unique_ptr<engine::Lease>>> acquire(std::string_view model,
                                                            engine::LoadOptions options) override;
  [[nodiscard]] std::vector<engine::Loaded> loaded() const override { return loaded_models; }
  net::Task<Result<void>> unload(std::string_view model) override;
  [[nodiscard]] engine::EngineMetrics metrics() const override { return counted; }

  engine::EngineMetrics counted;
  std::deque<Script> scripts;
  std::vector<SeenRequest> seen;
  std::vector<engine::Loaded> loaded_models;
  std::vector<std::string> unloaded;
  std::optional<Error> acquire_error;
  std::optional<std::chrono::seconds> last_keep_alive;
  std::uint32_t last_context_tokens = 0;
  std::vector<engine::Progress> load_steps;
  int open_leases = 0;

 private:
  FakeCatalog& catalog_;
};

class FakePuller final : public engine::Puller {
 public:
  net::Task<Result<void>> pull(std::string_view name, engine::ProgressSink progress) override;
  Result<std::string> start(std::string_view name) override;
  Result<void> pause(std::string_view name) override;
  [[nodiscard]] std::vector<engine::PullState> pulls() const override { return listed; }
  void on_change(ChangeHandler handler) override { changed = std::move(handler); }
  ChangeHandler changed;
  std::vector<engine::PullState> listed;
  std::vector<engine::Progress> steps;
  std::optional<Error> error;
  std::string last_name;
};

class FakeAdvisor final : public engine::Advisor {
 public:
  net::Task<Result<engine::FitReport>> fit(std::string_view name) override;
  std::vector<engine::FitReport> suggestions() override { return {report}; }
  net::Task<void> measure_machine(std::function<bool()> quiet) override {
    if (quiet()) ++machine_measurements;
    co_return;
  }
  engine::FitReport report;
  int machine_measurements = 0;
  std::optional<Error> error;
};

class FakeKeys final : public store::KeyStore {
 public:
  Result<store::NewApiKey> create(const store::KeyWish& wish) override;
  Result<std::vector<store::ApiKey>> list() override;
  [[nodiscard]] bool has(std::string_view id) const override;
  Result<void> revoke(std::string_view id_or_name) override;
  Result<store::ApiKey> verify(std::string_view secret) override;
  std::map<std::string, store::ApiKey, std::less<>> by_secret;
};

/// Sessions, tokens ("token-N") and one password, in memory.
class FakeSessions final : public store::SessionStore {
 public:
  Result<store::SignInToken> make_token(std::string_view person) override;
  Result<store::NewSession> enter_by_token(std::string_view token) override;
  Result<store::NewSession> enter_by_password(std::string_view person, std::string_view hash) override;
  Result<store::NewSession> enter_by_key(std::string_view person, std::string_view key_id) override;
  Result<store::Session> find(std::string_view cookie, std::string_view csrf) override;
  Result<bool> is_open(std::int64_t id) override { return open.contains(id); }
  Result<void> end(std::int64_t id) override;
  Result<std::string> password_hash(std::string_view) override { return hash; }
  Result<void> set_password(std::string_view person, std::string_view wished, std::int64_t kept) override;
  /// The password is "correct horse", with a hash that takes no time to compare with.
  void take_password();

  std::set<std::string, std::less<>> tokens;
  std::string hash;                ///< Of the password.
  std::int64_t kept_session = -1;  ///< What set_password was given.
  std::map<std::int64_t, store::NewSession> open;

 private:
  store::NewSession begin(std::string_view person);
  std::int64_t last_ = 0;
};

class FakeReleases final : public ReleaseSource {
 public:
  net::Task<Result<std::string>> release_file() override { co_return file; }
  Result<std::string> file = std::string();
};

class FakeStatus final : public HomeStatus {
 public:
  [[nodiscard]] HomeState state() const override { return home; }
  HomeState home{"ready",
                 "All is well.",
                 1,
                 0.5,
                 1000,
                 2000,
                 {{"network", true, ""}},
                 {{"loopback", "http://127.0.0.1:7411", ""}},
                 {{"https://192.168.1.20:7443/"}, "/state/house/tls/ca.pem", "0a1b"}};
};

class FakeConfig final : public ConfigKeeper {
 public:
  net::Task<Result<engine::ConfigText>> read() override;
  net::Task<Result<engine::ConfigText>> change(std::vector<config::Change> changes) override;
  [[nodiscard]] const config::Config& running() const override { return started_with; }
  std::string text;
  bool writable = true;
  std::optional<Error> error;
  config::Config started_with;
};

class FakeSetup final : public store::SetupStore {
 public:
  [[nodiscard]] const store::Setup& get() const override { return kept; }
  Result<void> put(const store::Setup& setup) override {
    kept = setup;
    return {};
  }
  store::Setup kept;
};

class FakeMeasurements final : public store::MeasurementStore {
 public:
  Result<std::int64_t> add(const store::Measurement& measurement) override {
    kept.push_back(measurement);
    kept.back().id = static_cast<std::int64_t>(kept.size());
    return kept.back().id;
  }
  [[nodiscard]] Result<std::vector<store::Measurement>> list() const override { return kept; }
  [[nodiscard]] Result<std::optional<store::Measurement>> newest() const override {
    return kept.empty() ? std::nullopt : std::optional(kept.back());
  }
  std::vector<store::Measurement> kept;
};

/// A chat model "tiny:latest" that can do everything.
engine::Model tiny_model();

class TestHome {
 public:
  explicit TestHome(Options options = {});

  /// Sends one request through the gateway and waits for its answer.
  Got ask(std::string_view method, std::string_view target, std::string body = {}, net::Headers headers = {},
          net::Door door = net::Door::loopback);
  /// What the gateway says to a request by its head alone.
  net::HeadVerdict check_head(std::string_view method, std::string_view target, net::Headers headers,
                              net::Door door);
  /// The fields that a page sends which is signed in.
  net::Headers signed_in();
  Got post(std::string_view target, std::string body) { return ask("POST", target, std::move(body)); }
  /// Sends requests one right after the other, and waits for all of their answers.
  std::vector<Got> ask_at_once(std::vector<Asked> asked);
  void take(LiveOptions options) { gateway_->take(std::move(options)); }
  /// The home stops.
  void end_streams() { gateway_->end_streams(); }
  /// The same while the next requests run.
  void end_streams_after(std::chrono::milliseconds time);

  FakeCatalog catalog;
  FakeEngines engines{catalog};
  FakePuller puller;
  FakeAdvisor advisor;
  FakeKeys keys;
  FakeSessions sessions;
  FakeStatus status;
  store::MemoryConversationStore conversations;
  FakeConfig config;
  LogStore logs;
  FakeReleases releases;
  FakeSetup setup;
  FakeMeasurements measurements;

 private:
  boost::asio::io_context io_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace localscale::gateway::testing
