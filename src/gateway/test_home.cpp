#include "gateway/test_home.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "core/models/model_name.hpp"
#include "net/timer.hpp"

namespace localscale::gateway::testing {
namespace {

class FakeUpstream final : public net::Upstream {
 public:
  FakeUpstream(FakeEngines& engines, Script script) : engines_(engines), script_(std::move(script)) {}

  net::Task<Result<net::UpstreamHead>> request(std::string_view method, std::string_view target,
                                               const net::Headers& headers, std::string_view body) override {
    engines_.seen.push_back({std::string(method), std::string(target), std::string(body),
                             std::string(headers.get("Content-Type")),
                             std::string(headers.get("traceparent"))});
    if (std::exchange(asked_before_, true) && !engines_.scripts.empty()) {
      script_ = std::move(engines_.scripts.front());
      engines_.scripts.pop_front();
    }
    next_ = 0;
    if (script_.dies_before_head) co_return died();
    if (script_.hangs_before_head) co_await net::sleep_for(std::chrono::hours(1));
    net::UpstreamHead head;
    head.status = script_.status;
    head.headers.set("Content-Type", script_.type);
    std::size_t length = 0;
    for (const std::string& piece : script_.pieces) length += piece.size();
    if (script_.sized) head.headers.set("Content-Length", std::to_string(length));
    co_return head;
  }

  net::Task<Result<std::string_view>> read_some() override {
    if (next_ < script_.pieces.size()) co_return std::string_view(script_.pieces[next_++]);
    if (script_.dies_after_pieces) co_return died();
    if (script_.hangs_after_pieces) co_await net::sleep_for(std::chrono::hours(1));
    co_return std::string_view{};
  }

  net::Task<Result<std::string>> read_all(std::size_t) override {
    if (script_.dies_after_pieces) co_return died();
    std::string all;
    for (const std::string& piece : script_.pieces) all += piece;
    co_return all;
  }

  [[nodiscard]] bool reusable() const override { return false; }

 private:
  static tl::unexpected<Error> died() { return fail(Errc::unavailable, "connection reset"); }

  FakeEngines& engines_;
  Script script_;
  std::size_t next_ = 0;
  bool asked_before_ = false;
};

class FakeLease final : public engine::Lease {
 public:
  FakeLease(FakeEngines& engines, engine::Model model, Script script)
      : engines_(engines), model_(std::move(model)), upstream_(engines, std::move(script)) {
    ++engines_.open_leases;
  }
  ~FakeLease() override { --engines_.open_leases; }
  FakeLease(const FakeLease&) = delete;
  FakeLease& operator=(const FakeLease&) = delete;

  [[nodiscard]] const engine::Model& model() const override { return model_; }
  [[nodiscard]] net::Upstream& upstream() override { return upstream_; }
  net::Task<Error> explain_failure(Error) override {
    co_return Error{Errc::unavailable, "The engine was killed (signal 9).",
                    "It starts again with the next request."};
  }
  [[nodiscard]] std::chrono::nanoseconds load_duration() const override {
    return std::chrono::milliseconds(5);
  }

 private:
  FakeEngines& engines_;
  engine::Model model_;
  FakeUpstream upstream_;
};

class RecordingExchange final : public net::Exchange {
 public:
  explicit RecordingExchange(Got& got) : got_(got) {}
  net::Task<Result<void>> send(net::Response response) override {
    if (got_.status != 0) throw std::logic_error("answered twice");
    got_.status = response.status;
    got_.headers = std::move(response.headers);
    got_.body = std::move(response.body);
    got_.ended = true;
    co_return Result<void>{};
  }
  net::Task<Result<void>> begin(unsigned status, net::Headers headers) override {
    if (got_.status != 0) throw std::logic_error("answered twice");
    got_.status = status;
    got_.headers = std::move(headers);
    got_.streamed = true;
    co_return Result<void>{};
  }
  net::Task<Result<void>> write(std::string_view piece) override {
    if (!got_.streamed) throw std::logic_error("write before begin");
    got_.body += piece;
    co_return Result<void>{};
  }
  net::Task<Result<void>> end() override {
    got_.ended = true;
    co_return Result<void>{};
  }
  [[nodiscard]] bool begun() const override { return got_.streamed; }
  void interrupt() override { cancel_.emit(boost::asio::cancellation_type::terminal); }
  boost::asio::cancellation_slot slot() { return cancel_.slot(); }

 private:
  Got& got_;
  boost::asio::cancellation_signal cancel_;
};

}  // namespace

engine::Model tiny_model() {
  engine::Model model;
  model.name = "tiny:latest";
  model.digest = "sha256:" + std::string(64, 'a');
  model.bytes = 1234;
  model.architecture = "llama";
  model.parameter_size = "3.3M";
  model.quantization = "F32";
  model.context_length = 2048;
  model.embedding_length = 256;
  model.layers = 4;
  model.modified_unix_s = 1'700'000'000;
  model.capabilities = {engine::Capability::completion, engine::Capability::tools,
                        engine::Capability::vision,     engine::Capability::embedding,
                        engine::Capability::insert,     engine::Capability::thinking};
  return model;
}

Result<engine::Model> FakeCatalog::find(std::string_view name) {
  const auto wanted = core::parse_model_name(name);
  if (!wanted) return tl::unexpected(wanted.error());
  for (const engine::Model& model : models) {
    if (model.name == wanted->display()) return model;
  }
  return fail(Errc::not_found, "no such model");
}

Result<void> FakeCatalog::copy(std::string_view from, std::string_view to, engine::WhenTaken taken) {
  auto model = find(from);
  if (!model) return tl::unexpected(model.error());
  if (copy_error) return tl::unexpected(*copy_error);
  if (taken == engine::WhenTaken::refuse && find(to)) return fail(Errc::conflict, "taken");
  model->name = to;
  models.push_back(std::move(*model));
  return {};
}

Result<void> FakeCatalog::remove(std::string_view name) {
  const auto model = find(name);
  if (!model) return tl::unexpected(model.error());
  if (remove_error) return tl::unexpected(*remove_error);
  std::erase_if(models, [&](const engine::Model& entry) { return entry.name == model->name; });
  return {};
}

net::Task<Result<std::unique_ptr<engine::Lease>>> FakeEngines::acquire(std::string_view model,
                                                                       engine::LoadOptions options) {
  auto found = catalog_.find(model);
  if (!found) co_return tl::unexpected(found.error());
  if (acquire_error) co_return tl::unexpected(*acquire_error);
  last_keep_alive = options.keep_alive;
  last_context_tokens = options.context_tokens;
  for (const engine::Progress& step : load_steps) co_await options.progress(step);
  Script script;
  if (!scripts.empty()) {
    script = std::move(scripts.front());
    scripts.pop_front();
  }
  std::unique_ptr<engine::Lease> lease =
      std::make_unique<FakeLease>(*this, std::move(*found), std::move(script));
  co_return lease;
}

net::Task<Result<void>> FakeEngines::unload(std::string_view model) {
  unloaded.emplace_back(model);
  co_return Result<void>{};
}

net::Task<Result<void>> FakePuller::pull(std::string_view name, engine::ProgressSink progress) {
  last_name = name;
  for (const engine::Progress& step : steps) co_await progress(step);
  if (error) co_return tl::unexpected(*error);
  co_return Result<void>{};
}

Result<std::string> FakePuller::start(std::string_view name) {
  const auto parsed = core::parse_model_name(name);
  if (!parsed) return tl::unexpected(parsed.error());
  listed.push_back({parsed->display(), engine::PullState::Step::running, {}, {}});
  changed(listed.back());
  return parsed->display();
}

Result<void> FakePuller::pause(std::string_view name) {
  for (auto& pull : listed) {
    if (pull.name != name) continue;
    pull.step = engine::PullState::Step::paused;
    changed(pull);
    return {};
  }
  return fail(Errc::not_found, "It is not being pulled.");
}

net::Task<Result<engine::FitReport>> FakeAdvisor::fit(std::string_view name) {
  if (error) co_return tl::unexpected(*error);
  auto out = report;
  out.name = name;
  co_return out;
}

Result<store::NewApiKey> FakeKeys::create(const store::KeyWish& wish) {
  store::ApiKey key{"0123456789ab",      wish.name,       1, 0, wish.requests_per_minute,
                    wish.max_concurrent, wish.may_sign_in};
  by_secret.emplace("secret-" + wish.name, key);
  return store::NewApiKey{key, "secret-" + wish.name};
}

Result<std::vector<store::ApiKey>> FakeKeys::list() {
  std::vector<store::ApiKey> all;
  all.reserve(by_secret.size());
  for (const auto& [secret, key] : by_secret) all.push_back(key);
  return all;
}

bool FakeKeys::has(std::string_view id) const {
  return std::ranges::any_of(by_secret, [&](const auto& entry) { return entry.second.id == id; });
}

Result<void> FakeKeys::revoke(std::string_view) {
  by_secret.clear();
  return {};
}

Result<store::ApiKey> FakeKeys::verify(std::string_view secret) {
  const auto found = by_secret.find(secret);
  if (found == by_secret.end()) return fail(Errc::denied, "This API key is not valid.");
  return found->second;
}

store::NewSession FakeSessions::begin(std::string_view person) {
  const std::string number = std::to_string(++last_);
  store::NewSession made{{last_, std::string(person), 2'000'000'000}, "cookie" + number, "csrf" + number};
  open.emplace(last_, made);
  return made;
}

Result<store::SignInToken> FakeSessions::make_token(std::string_view) {
  const std::string secret = "token-" + std::to_string(tokens.size() + 1);
  tokens.insert(secret);
  return store::SignInToken{secret, 0};
}

Result<store::NewSession> FakeSessions::enter_by_token(std::string_view token) {
  const auto found = tokens.find(token);
  if (found == tokens.end()) return fail(Errc::denied, "wrong");
  tokens.erase(found);
  return begin("owner");
}

Result<store::NewSession> FakeSessions::enter_by_password(std::string_view person, std::string_view shown) {
  if (hash.empty() || shown != hash) return fail(Errc::denied, "wrong");
  return begin(person);
}

Result<store::NewSession> FakeSessions::enter_by_key(std::string_view person, std::string_view) {
  return begin(person);
}

Result<store::Session> FakeSessions::find(std::string_view cookie, std::string_view csrf) {
  for (const auto& [id, made] : open) {
    if (made.cookie == cookie && made.csrf == csrf) return made.session;
  }
  return fail(Errc::denied, "wrong");
}

Result<void> FakeSessions::end(std::int64_t id) {
  open.erase(id);
  return {};
}

Result<void> FakeSessions::set_password(std::string_view, std::string_view wished, std::int64_t kept) {
  hash = wished;
  kept_session = kept;
  std::erase_if(open, [&](const auto& entry) { return entry.first != kept; });
  return {};
}

void FakeSessions::take_password() {
  hash = "$argon2id$v=19$m=8,t=1,p=1$ztpc2p0PFQKiOmAgJ+Ruuw$dE/IHWHYKxp3jO567C/vuzVFCymsHIji9awhqYEBFpA";
}

net::Task<Result<engine::ConfigText>> FakeConfig::read() {
  co_return engine::ConfigText{"/etc/config.toml", writable, text};
}

net::Task<Result<engine::ConfigText>> FakeConfig::change(std::vector<config::Change> changes) {
  if (error) co_return tl::unexpected(*error);
  auto edited = config::apply_changes(text, changes, config::Asker::page, "/etc/config.toml");
  if (!edited) co_return tl::unexpected(edited.error());
  text = std::move(*edited);
  co_return engine::ConfigText{"/etc/config.toml", writable, text};
}

TestHome::TestHome(Options options) {
  catalog.models.push_back(tiny_model());
  if (options.default_model == "seedling") options.default_model = "tiny";
  gateway_ = std::make_unique<Gateway>(Home{.catalog = catalog,
                                            .engines = engines,
                                            .puller = puller,
                                            .advisor = advisor,
                                            .keys = keys,
                                            .sessions = sessions,
                                            .status = status,
                                            .conversations = conversations,
                                            .config = config,
                                            .logs = logs,
                                            .releases = releases,
                                            .setup = setup,
                                            .measurements = measurements},
                                       std::move(options));
}

namespace {

net::Request request_of(std::string_view method, std::string_view target, std::string body,
                        net::Headers headers, net::Door door) {
  net::Request request;
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  if (!request.headers.has("Host")) request.headers.set("Host", "127.0.0.1:7411");
  request.body = std::move(body);
  request.door = door;
  request.id = "req-1";
  return request;
}

}  // namespace

net::Headers TestHome::signed_in() {
  const auto made = sessions.enter_by_key("owner", "");
  net::Headers headers;
  headers.set("Cookie", "other=1; localscale-session=" + made->cookie);
  headers.set("x-localscale-csrf", made->csrf);
  headers.set("Sec-Fetch-Site", "same-origin");
  return headers;
}

net::HeadVerdict TestHome::check_head(std::string_view method, std::string_view target, net::Headers headers,
                                      net::Door door) {
  return gateway_->head_check()(request_of(method, target, {}, std::move(headers), door));
}

Got TestHome::ask(std::string_view method, std::string_view target, std::string body, net::Headers headers,
                  net::Door door) {
  const net::Request request = request_of(method, target, std::move(body), std::move(headers), door);
  Got got;
  RecordingExchange exchange(got);
  const net::Handler handler = gateway_->handler();
  std::exception_ptr failure;
  boost::asio::co_spawn(io_, handler(request, exchange),
                        [&](const std::exception_ptr& error) { failure = error; });
  io_.restart();
  io_.run();
  if (failure) std::rethrow_exception(failure);
  return got;
}

void TestHome::end_streams_after(std::chrono::milliseconds time) {
  boost::asio::co_spawn(
      io_,
      [](TestHome& home, std::chrono::milliseconds wait) -> net::Task<void> {
        co_await net::sleep_for(wait);
        home.end_streams();
      }(*this, time),
      [](const std::exception_ptr&) {});
}

std::vector<Got> TestHome::ask_at_once(std::vector<Asked> asked) {
  std::deque<net::Request> requests;
  std::deque<Got> got;
  std::deque<RecordingExchange> exchanges;
  const net::Handler handler = gateway_->handler();
  for (Asked& each : asked) {
    const net::Request& request = requests.emplace_back(
        request_of(each.method, each.target, std::move(each.body), std::move(each.headers), each.door));
    RecordingExchange& exchange = exchanges.emplace_back(got.emplace_back());
    boost::asio::co_spawn(
        io_, handler(request, exchange),
        boost::asio::bind_cancellation_slot(exchange.slot(), [](const std::exception_ptr& error) {
          if (error) std::rethrow_exception(error);
        }));
  }
  io_.restart();
  io_.run();
  return {got.begin(), got.end()};
}

}  // namespace localscale::gateway::testing
