// A gateway without the house: serves one model over one llama-server that this program starts, unconfined,
// on a unix socket. For trying the gateway and its conformance tests alone; not installed.
//
//   gateway_dev PORT LLAMA_SERVER MODEL.gguf NAME
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.hpp"
#include "core/models/model_name.hpp"
#include "gateway/gateway.hpp"
#include "net/server.hpp"
#include "store/memory_conversation_store.hpp"

namespace localscale {
namespace {

UniqueFd connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return UniqueFd{};
  return fd;
}

/// The engine as a child of this program; started again when it died.
class EngineProcess {
 public:
  EngineProcess(std::string program, std::string model, std::string alias, std::string socket)
      : program_(std::move(program)),
        model_(std::move(model)),
        alias_(std::move(alias)),
        socket_(std::move(socket)) {}

  /// A connection, waiting up to a minute for the engine to start.
  UniqueFd connect() {
    for (int i = 0; i < 600; ++i) {
      if (child_ < 0 || waitpid(child_, nullptr, WNOHANG) == child_) start();
      UniqueFd fd = connect_unix(socket_);
      if (fd) return fd;
      usleep(100'000);
    }
    return UniqueFd{};
  }

 private:
  void start() {
    child_ = fork();
    if (child_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execl(program_.c_str(), program_.c_str(), "-m", model_.c_str(), "--host", socket_.c_str(), "--alias",
          alias_.c_str(), "-np", "4", "-kvu", "-t", "1", "-c", "2048", "--jinja", "--no-ui", "--embeddings",
          "--pooling", "mean", static_cast<char*>(nullptr));
    _exit(127);
  }

  std::string program_;
  std::string model_;
  std::string alias_;
  std::string socket_;
  pid_t child_ = -1;
};

engine::Model model_from(const std::string& path, const std::string& name) {
  engine::Model model;
  model.name = core::parse_model_name(name)->display();
  model.path = path;
  model.bytes = std::filesystem::file_size(path);
  model.architecture = "llama";
  model.context_length = 2048;
  model.capabilities = {engine::Capability::completion, engine::Capability::tools,
                        engine::Capability::embedding};
  return model;
}

class OneModel final : public engine::Catalog {
 public:
  explicit OneModel(engine::Model model) : model_(std::move(model)) {}
  std::vector<engine::Model> list() override { return {model_}; }
  std::vector<engine::Problem> problems() override { return {}; }
  Result<engine::Model> find(std::string_view name) override {
    const auto parsed = core::parse_model_name(name);
    if (!parsed) return tl::unexpected(parsed.error());
    if (parsed->display() != model_.name) return fail(Errc::not_found, "no such model");
    return model_;
  }
  Result<void> copy(std::string_view, std::string_view, engine::WhenTaken) override {
    return fail(Errc::unsupported, "not in gateway_dev");
  }
  Result<void> remove(std::string_view) override { return fail(Errc::unsupported, "not in gateway_dev"); }

 private:
  engine::Model model_;
};

class DevLease final : public engine::Lease {
 public:
  DevLease(engine::Model model, std::unique_ptr<net::Upstream> upstream)
      : model_(std::move(model)), upstream_(std::move(upstream)) {}
  [[nodiscard]] const engine::Model& model() const override { return model_; }
  [[nodiscard]] net::Upstream& upstream() override { return *upstream_; }
  net::Task<Error> explain_failure(Error error) override { co_return error; }
  [[nodiscard]] std::chrono::nanoseconds load_duration() const override {
    return std::chrono::nanoseconds(0);
  }

 private:
  engine::Model model_;
  std::unique_ptr<net::Upstream> upstream_;
};

class OneEngine final : public engine::Engines {
 public:
  OneEngine(OneModel& catalog, EngineProcess& process) : catalog_(catalog), process_(process) {}
  net::Task<Result<std::unique_ptr<engine::Lease>>> acquire(std::string_view model,
                                                            engine::LoadOptions) override {
    auto found = catalog_.find(model);
    if (!found) co_return tl::unexpected(found.error());
    UniqueFd fd = process_.connect();
    if (!fd) co_return fail(Errc::unavailable, "The engine is not there.");
    const auto executor = co_await boost::asio::this_coro::executor;
    auto upstream = net::make_upstream(executor, std::move(fd));
    std::unique_ptr<engine::Lease> lease = std::make_unique<DevLease>(std::move(*found), std::move(upstream));
    co_return lease;
  }
  [[nodiscard]] std::vector<engine::Loaded> loaded() const override {
    engine::Loaded loaded;
    loaded.model = catalog_.list().front();
    loaded.state = "ready";
    return {loaded};
  }
  net::Task<Result<void>> unload(std::string_view) override { co_return Result<void>{}; }
  [[nodiscard]] engine::EngineMetrics metrics() const override { return {}; }

 private:
  OneModel& catalog_;
  EngineProcess& process_;
};

class NoPulls final : public engine::Puller {
 public:
  net::Task<Result<void>> pull(std::string_view, engine::ProgressSink) override {
    co_return fail(Errc::unsupported, "gateway_dev does not pull.");
  }
  Result<std::string> start(std::string_view) override {
    return fail(Errc::unsupported, "gateway_dev does not pull.");
  }
  Result<void> pause(std::string_view) override { return fail(Errc::not_found, "There is no such pull."); }
  [[nodiscard]] std::vector<engine::PullState> pulls() const override { return {}; }
  void on_change(ChangeHandler) override {}
};

class NoAdvice final : public engine::Advisor {
 public:
  net::Task<Result<engine::FitReport>> fit(std::string_view) override {
    co_return fail(Errc::unsupported, "gateway_dev does not judge models.");
  }
  std::vector<engine::FitReport> suggestions() override { return {}; }
  net::Task<void> measure_machine(std::function<bool()>) override { co_return; }
};

class NoKeys final : public store::KeyStore {
 public:
  Result<store::NewApiKey> create(const store::KeyWish&) override {
    return fail(Errc::unsupported, "no keys");
  }
  Result<std::vector<store::ApiKey>> list() override { return std::vector<store::ApiKey>{}; }
  [[nodiscard]] bool has(std::string_view) const override { return false; }
  Result<void> revoke(std::string_view) override { return {}; }
  Result<store::ApiKey> verify(std::string_view) override {
    return fail(Errc::denied, "This API key is not valid.");
  }
};

class NoSessions final : public store::SessionStore {
 public:
  Result<store::SignInToken> make_token(std::string_view) override { return nobody(); }
  Result<store::NewSession> enter_by_token(std::string_view) override { return nobody(); }
  Result<store::NewSession> enter_by_password(std::string_view, std::string_view) override {
    return nobody();
  }
  Result<store::NewSession> enter_by_key(std::string_view, std::string_view) override { return nobody(); }
  Result<store::Session> find(std::string_view, std::string_view) override { return nobody(); }
  Result<bool> is_open(std::int64_t) override { return false; }
  Result<void> end(std::int64_t) override { return {}; }
  Result<std::string> password_hash(std::string_view) override { return std::string(); }
  Result<void> set_password(std::string_view, std::string_view, std::int64_t) override { return nobody(); }

 private:
  static tl::unexpected<Error> nobody() { return fail(Errc::denied, "Nobody signs in to gateway_dev."); }
};

class NoConfig final : public gateway::ConfigKeeper {
 public:
  net::Task<Result<engine::ConfigText>> read() override {
    co_return fail(Errc::unsupported, "not in gateway_dev");
  }
  net::Task<Result<engine::ConfigText>> change(std::vector<config::Change>) override {
    co_return co_await read();
  }
  [[nodiscard]] const config::Config& running() const override { return config_; }

 private:
  config::Config config_;
};

class NoSetup final : public store::SetupStore {
 public:
  [[nodiscard]] const store::Setup& get() const override { return setup_; }
  Result<void> put(const store::Setup& setup) override {
    setup_ = setup;
    return {};
  }

 private:
  store::Setup setup_;
};

class NoMeasurements final : public store::MeasurementStore {
 public:
  Result<std::int64_t> add(const store::Measurement& /*measurement*/) override {
    return fail(Errc::unsupported, "not in gateway_dev");
  }
  [[nodiscard]] Result<std::vector<store::Measurement>> list() const override {
    return std::vector<store::Measurement>{};
  }
  [[nodiscard]] Result<std::optional<store::Measurement>> newest() const override { return std::nullopt; }
};

class DevStatus final : public gateway::HomeStatus {
 public:
  [[nodiscard]] gateway::HomeState state() const override {
    gateway::HomeState home;
    home.word = "ready";
    home.reason = "A gateway without a house.";
    return home;
  }
};

class NoReleases final : public gateway::ReleaseSource {
 public:
  net::Task<Result<std::string>> release_file() override {
    co_return fail(Errc::unsupported, "A gateway without a fetcher.");
  }
};

UniqueFd listen_on(std::uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 512) != 0)
    return UniqueFd{};
  return fd;
}

int run(std::uint16_t port, const char* server, const char* model, const std::string& name) {
  const std::string socket =
      (std::filesystem::temp_directory_path() / ("gateway_dev-" + std::to_string(getpid()) + ".sock"))
          .string();
  OneModel catalog(model_from(model, name));
  EngineProcess process(server, model, catalog.list().front().name, socket);
  if (!process.connect()) {
    std::fprintf(stderr, "gateway_dev: %s did not start\n", server);
    return 1;
  }
  boost::asio::io_context io(1);
  OneEngine engines(catalog, process);
  NoPulls pulls;
  NoAdvice advice;
  NoKeys keys;
  NoSessions sessions;
  NoSetup setup;
  NoMeasurements measurements;
  DevStatus status;
  NoReleases releases;
  store::MemoryConversationStore conversations;
  NoConfig config;
  gateway::LogStore logs;
  gateway::Options options;
  options.version = LOCALSCALE_VERSION;
  options.default_model = name;
  gateway::Gateway gate(gateway::Home{.catalog = catalog,
                                      .engines = engines,
                                      .puller = pulls,
                                      .advisor = advice,
                                      .keys = keys,
                                      .sessions = sessions,
                                      .status = status,
                                      .conversations = conversations,
                                      .config = config,
                                      .logs = logs,
                                      .releases = releases,
                                      .setup = setup,
                                      .measurements = measurements},
                        options);
  net::Server http(io, net::Limits{}, gate.handler(), gateway::Gateway::refuse);
  http.check_heads(gate.head_check());
  if (auto listening = http.listen(listen_on(port), net::Door::loopback); !listening) {
    std::fprintf(stderr, "gateway_dev: %s\n", listening.error().message().c_str());
    return 1;
  }
  std::printf("ready http://127.0.0.1:%u\n", port);
  std::fflush(stdout);
  io.run();
  return 0;
}

}  // namespace
}  // namespace localscale

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: gateway_dev PORT LLAMA_SERVER MODEL.gguf NAME\n");
    return 2;
  }
  localscale::log::start("gateway_dev", localscale::log::Format::text, spdlog::level::info);
  return localscale::run(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2], argv[3], argv[4]);
}
