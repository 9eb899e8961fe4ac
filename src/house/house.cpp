#include "house/house.hpp"

#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/sysinfo.h>

#include "base/log.hpp"
#include "base/log_tap.hpp"
#include "house/from_config.hpp"
#include "net/spawn.hpp"
#include "net/timer.hpp"

namespace localscale::house {
namespace {

double load_of_last_minute() {
  struct sysinfo info{};
  if (sysinfo(&info) != 0) return 0;
  return static_cast<double>(info.loads[0]) / static_cast<double>(1U << SI_LOAD_SHIFT);
}

std::vector<std::string> open_ways(const std::vector<WallReport>& walls) {
  std::vector<std::string> out;
  for (const WallReport& wall : walls) {
    for (const std::string& way : wall.open) out.push_back(wall.process + ": " + way);
  }
  return out;
}

/// The first line: a program's whole usage text has no place in a status.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

gateway::Wall wall_of(const WallReport& report) {
  std::string detail = report.error.empty() ? "" : "not tested: " + first_line(report.error);
  for (const std::string& way : report.open) detail += (detail.empty() ? "" : "; ") + way;
  const bool stands = detail.empty();
  return {report.process, stands, stands ? "every way out was tried and is shut" : detail};
}

}  // namespace

House::House(boost::asio::io_context& context, config::Config config, store::Database database)
    : context_(context),
      config_(std::move(config)),
      layout_(config_),
      database_(std::move(database)),
      signals_(context, SIGTERM, SIGINT) {
  log::tap([this](std::string_view line) { logs_.add(line); });
}

House::~House() {
  log::tap({});
  // What still runs refers to our parts: let it end while they are here.
  stop_.emit(boost::asio::cancellation_type::all);
  stop_history_.emit(boost::asio::cancellation_type::all);
  stop_sessions_.emit(boost::asio::cancellation_type::all);
  server_.reset();
  signals_.cancel();
  context_.restart();
  context_.poll();
}

Result<std::unique_ptr<House>> House::make(boost::asio::io_context& context, config::Config config,
                                           Inheritance inherited) {
  auto database = store::Database::open(config::Layout(config).database);
  if (!database) return tl::unexpected(database.error());
  std::unique_ptr<House> house(new House(context, std::move(config), std::move(*database)));
  if (auto built = house->build(std::move(inherited)); !built) return tl::unexpected(built.error());
  return house;
}

Result<void> House::build(Inheritance inherited) {
  sockets_ = std::move(inherited.sockets);
  for (ShutDoor& door : inherited.shut) doors_.push_back({std::move(door.name), "", std::move(door.why)});
  if (names_pipe_ = std::move(inherited.machine_names); names_pipe_) {
    auto names = read_first_names(names_pipe_);
    if (!names) return tl::unexpected(names.error());
    machine_names_ = std::move(*names);
  }
  supervised_ = inherited.channels.supervisor.valid();
  fetcher_here_ = inherited.channels.fetcher.valid();
  auto parts = make_parts(context_, config_, database_, std::move(inherited.channels), notices());
  if (!parts) return tl::unexpected(parts.error());
  parts_ = std::move(*parts);
  auto conversations = store::open_conversation_store(database_);
  if (!conversations) return tl::unexpected(conversations.error());
  conversations_ = std::move(*conversations);
  auto setup = store::open_setup_store(database_);
  if (!setup) return tl::unexpected(setup.error());
  setup_ = std::move(*setup);
  const gateway::Home home{.catalog = parts_->catalog(),
                           .engines = parts_->engines(),
                           .puller = parts_->puller(),
                           .advisor = parts_->advisor(),
                           .keys = parts_->keys(),
                           .sessions = parts_->sessions(),
                           .status = *this,
                           .conversations = *conversations_,
                           .config = parts_->config(),
                           .logs = logs_,
                           .releases = parts_->releases(),
                           .setup = *setup_,
                           .measurements = measurements_};
  gateway_ = std::make_unique<gateway::Gateway>(home, options_from(config_, machine_names_));
  server_ = std::make_unique<net::Server>(context_, limits_from(config_), gateway_->handler(),
                                          gateway::Gateway::refuse);
  server_->check_heads(gateway_->head_check());
  return {};
}

Notices House::notices() {
  return {.walls = [this](std::vector<WallReport> reports) { take_walls(std::move(reports)); },
          .supervisor_lost =
              [this] {
                supervised_ = false;
                begin_stop("the supervisor is gone");
              },
          .fetcher_here = [this](bool here) { fetcher_here_ = here; },
          .live_config =
              [this](const config::Config& config) {
                spdlog::set_level(spdlog::level::from_str(config.log.level));
                gateway_->take(live_options_from(config));
              },
          .config_edited = [this] { gateway_->config_edited(); },
          .log = [this](std::string_view process, const std::vector<std::string>& lines,
                        std::uint64_t dropped) { logs_.add_passed_on(process, lines, dropped); }};
}

Result<void> House::open_door(InheritedSocket socket) {
  const std::string door(name(socket.door));
  std::shared_ptr<net::TlsServerContext> tls;
  if (socket.door == net::Door::lan && !config_.lan.allow_plaintext) {
    auto certificate = lan_certificate(layout_, config_, machine_names_);
    if (!certificate) {
      // The home is worth more than its LAN door: it opens without it and says so.
      spdlog::error("the LAN door stays shut: {}", certificate.error().message());
      doors_.push_back({door, "", certificate.error().message()});
      return {};
    }
    tls = certificate->tls;
    lan_certificate_ = std::move(*certificate);
    net::spawn(context_.get_executor(), "house.renew_certificate", renew_certificate(), stop_.slot());
    if (names_pipe_) net::spawn(context_.get_executor(), "house.follow_names", follow_names());
  }
  const bool plain_lan = socket.door == net::Door::lan && !tls;
  const std::string url = plain_lan ? "http" + socket.url.substr(socket.url.find(':')) : socket.url;
  if (auto listening = server_->listen(std::move(socket.fd), socket.door, std::move(tls)); !listening)
    return listening;
  doors_.push_back({door, url, ""});
  spdlog::info("door open: {} {}", door, url);
  return {};
}

Result<void> House::open() {
  for (InheritedSocket& socket : std::exchange(sockets_, {})) {
    if (auto opened = open_door(std::move(socket)); !opened) return opened;
  }
  watch_signals();
  net::spawn(context_.get_executor(), "house.keep_history", gateway_->keep_history(), stop_history_.slot());
  net::spawn(context_.get_executor(), "house.watch_sessions", gateway_->watch_sessions(),
             stop_sessions_.slot());
  starting_ = false;
  spdlog::info("ready after {} ms", std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::system_clock::now() - started_)
                                        .count());
  return {};
}

net::Task<void> House::renew_certificate() {
  constexpr std::chrono::hours between_looks{12};
  for (;;) {
    co_await net::sleep_for(between_looks);
    renew_now();
  }
}

void House::renew_now() {
  auto certificate = lan_certificate(layout_, config_, machine_names_);
  if (certificate) {
    server_->renew(net::Door::lan, certificate->tls);
    lan_certificate_ = std::move(*certificate);
  } else {
    spdlog::error("the LAN certificate could not be renewed: {}", certificate.error().message());
  }
}

net::Task<void> House::follow_names() {
  boost::asio::posix::stream_descriptor pipe(context_, names_pipe_.release());
  std::string text(max_names_line_bytes, '\0');
  for (;;) {
    const auto [error, count] = co_await pipe.async_read_some(
        boost::asio::buffer(text), boost::asio::as_tuple(boost::asio::use_awaitable));
    if (error) co_return;  // the supervisor is gone: the house ends too
    auto names = latest_names(std::string_view(text).substr(0, count));
    if (names.empty() || names == machine_names_) continue;
    machine_names_ = std::move(names);
    spdlog::info("this machine's names changed: the LAN certificate follows");
    renew_now();
  }
}

void House::watch_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (!error) begin_stop(signal == SIGTERM ? "asked to stop" : "interrupted");
  });
}

void House::begin_stop(std::string_view why) {
  if (std::exchange(stopping_, true)) return;
  spdlog::info("stopping: {}", why);
  net::spawn(context_.get_executor(), "house.stop", stop());
}

net::Task<void> House::stop() {
  stop_.emit(boost::asio::cancellation_type::all);
  stop_history_.emit(boost::asio::cancellation_type::all);
  stop_sessions_.emit(boost::asio::cancellation_type::all);
  gateway_->end_streams();
  parts_->stop_pulls();
  co_await server_->drain(std::chrono::milliseconds(config_.api.drain_timeout_ms),
                          [this] { parts_->end_answers(); });
  co_await parts_->stop();
  spdlog::info("stopped");
  context_.stop();
}

void House::take_walls(std::vector<WallReport> reports) {
  for (const WallReport& report : reports) {
    if (report.open.empty() && report.error.empty()) spdlog::info("wall test: {} is shut in", report.process);
    for (const std::string& way : report.open)
      spdlog::error("wall test: {} has a way out: {}", report.process, way);
    if (!report.error.empty())
      spdlog::error("wall test: {} could not be tested: {}", report.process, report.error);
  }
  walls_ = std::move(reports);
}

Facts House::facts() const {
  Facts facts;
  facts.starting = starting_;
  facts.stopping = stopping_;
  facts.walls_tested = !walls_.empty();
  facts.open_walls = open_ways(walls_);
  facts.supervisor_lost = !supervised_;
  facts.fetcher_lost = !fetcher_here_;
  for (const WallReport& wall : walls_) {
    if (!wall.error.empty())
      facts.troubles.push_back("the wall of the " + wall.process +
                               " could not be tested: " + first_line(wall.error));
  }
  for (const gateway::DoorState& door : doors_) {
    if (!door.note.empty())
      facts.troubles.push_back(fmt::format("the {} door is shut: {}", door.name, door.note));
  }
  for (const engine::Loaded& loaded : parts_->engines().loaded()) {
    facts.engines.push_back({loaded.model.name, loaded.state, loaded.in_use});
  }
  facts.models = parts_->catalog().list().size();
  return facts;
}

gateway::LanAccess House::lan_access() const {
  for (const gateway::DoorState& door : doors_) {
    if (door.name != name(net::Door::lan) || door.url.empty()) continue;
    return {lan_urls(door.url, config_.lan, machine_names_), lan_certificate_.ca_file.string(),
            lan_certificate_.ca_sha256};
  }
  return {};
}

gateway::HomeState House::state() const {
  const State judged = judge(facts());
  const Parts::Machine machine = parts_->machine();
  gateway::HomeState home;
  home.word = judged.word;
  home.reason = judged.reason;
  home.started_unix_s = std::chrono::duration_cast<std::chrono::seconds>(started_.time_since_epoch()).count();
  home.load_1min = load_of_last_minute();
  home.memory_available_bytes = machine.memory_available_bytes;
  home.memory_total_bytes = machine.memory_total_bytes;
  home.watts = machine.watts;
  home.power_note = machine.power_note;
  for (const WallReport& report : walls_) home.walls.push_back(wall_of(report));
  home.doors = doors_;
  home.lan = lan_access();
  return home;
}

}  // namespace localscale::house
