// How soon a generation stops after its client hung up, while decoding and while a prompt is read.
//
//   bench_cancel [MODEL.gguf]
//
// Without a model a random one of about 40 million parameters is made. The engine says by /metrics when it
// is idle.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/bench_tuner.hpp"
#include "engine/catalog.hpp"
#include "engine/manager.hpp"
#include "store/memory_model_store.hpp"
#include "store/memory_tuning_store.hpp"
#include "tests/support/fork_launcher.hpp"
#include "tests/support/gguf_builder.hpp"
#include "tests/support/run_task.hpp"

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace localscale;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 10;

struct Case {
  const char* name;
  std::string body;
  std::chrono::milliseconds after;  ///< The client hangs up this long after it asked.
};

double ms(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// Sends the request and drops the connection after a while.
net::Task<void> ask_and_hang_up(engine::EngineManager& manager, const Case& what) {
  auto lease = co_await manager.acquire("m", {});
  if (!lease) throw std::runtime_error(lease.error().message());
  net::Headers headers;
  headers.set("Content-Type", "application/json");
  asio::steady_timer stop(co_await asio::this_coro::executor, what.after);
  auto asking = [](engine::Lease& held, net::Headers fields, std::string body) -> net::Task<void> {
    const auto head = co_await held.upstream().request("POST", "/completion", fields, body);
    while (head) {
      const auto piece = co_await held.upstream().read_some();
      if (!piece || piece->empty()) break;
    }
  };
  asio::cancellation_signal cancel;
  bool ended = false;
  asio::co_spawn(
      co_await asio::this_coro::executor, asking(**lease, headers, what.body),
      asio::bind_cancellation_slot(cancel.slot(), [&ended](const std::exception_ptr&) { ended = true; }));
  co_await stop.async_wait(asio::use_awaitable);
  cancel.emit(asio::cancellation_type::terminal);
  while (!ended) {
    stop.expires_after(100us);
    co_await stop.async_wait(asio::use_awaitable);
  }
}

/// Requests that the engine works on now.
net::Task<int> working(engine::Lease& lease) {
  const auto head = co_await lease.upstream().request("GET", "/metrics", {}, {});
  if (!head) co_return -1;
  const auto text = co_await lease.upstream().read_all(1U << 20);
  if (!text) co_return -1;
  const auto at = text->find("\nllamacpp:requests_processing ");
  co_return at == std::string::npos ? -1 : std::atoi(text->c_str() + at + 30);
}

net::Task<double> until_idle(engine::EngineManager& manager) {
  const auto began = Clock::now();
  auto lease = co_await manager.acquire("m", {});
  if (!lease) throw std::runtime_error(lease.error().message());
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (Clock::now() - began < 20s) {
    const auto busy = co_await working(**lease);
    if (busy == 0) break;
    pause.expires_after(1ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return ms(Clock::now() - began);
}

net::Task<std::vector<double>> measure(engine::EngineManager& manager, Case what) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    co_await ask_and_hang_up(manager, what);
    times.push_back(co_await until_idle(manager));
  }
  std::ranges::sort(times);
  co_return times;
}

std::string long_prompt(std::size_t words) {
  std::string out;
  for (std::size_t i = 0; i < words; ++i) out += "word" + std::to_string(i) + " ";
  return out;
}

void report(const Case& what, const std::vector<double>& times, double bar) {
  const auto worst = times.back();
  std::printf("%-28s %8.1f %8.1f %8.1f\n", what.name, times.front(), times[times.size() / 2], worst);
  std::printf(
      R"({"bench":"cancel","claim":"%s_max","value":%.1f,"unit":"ms","bar":%.0f,"better":"lower","ok":%s,"with":{"rounds":%d,"p50":%.1f}})"
      "\n",
      what.name, worst, bar, worst <= bar ? "true" : "false", rounds, times[times.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  const auto directory = tests::engine_directory();
  if (directory.empty()) {
    std::fprintf(stderr, "llama-server is not built; set LOCALSCALE_ENGINE_DIRECTORY\n");
    return 1;
  }
  asio::io_context io;
  const tests::TemporaryFolder folder;
  const auto model = folder.path() / "m.gguf";
  if (argc > 1)
    fs::create_symlink(fs::absolute(argv[1]), model);
  else
    tests::tiny_model({.layers = 12,
                       .embedding = 384,
                       .heads = 6,
                       .kv_heads = 2,
                       .feed_forward = 1024,
                       .context = 8192,
                       .vocabulary = 32000,
                       .type = 2})
        .write(model);
  config::Engine config;
  config.slots = 2;
  store::MemoryModelStore names;
  engine::FileCatalog catalog(names, folder.path() / "blobs", {{folder.path(), engine::Source::folder}});
  tests::ForkLauncher launcher(io.get_executor(), directory);
  launcher.set_load({.cores = 1, .memory_total_bytes = 16ULL << 30, .memory_available_bytes = 12ULL << 30});
  store::MemoryTuningStore tunings;
  engine::BenchTuner tuner(launcher, tunings, config, "bench");
  engine::EngineManager manager(io.get_executor(), config, catalog, launcher, tuner, net::make_upstream);
  tests::run_task(io, until_idle(manager));
  const std::vector<Case> cases = {
      {"decode_streamed", R"({"prompt":"Tell me","n_predict":1000,"ignore_eos":true,"stream":true})", 400ms},
      {"decode_whole", R"({"prompt":"Tell me","n_predict":1000,"ignore_eos":true})", 400ms},
      {"prompt_streamed",
       R"({"prompt":")" + long_prompt(900) + R"(","n_predict":1,"stream":true,"cache_prompt":false})", 300ms},
      {"prompt_whole", R"({"prompt":")" + long_prompt(900) + R"(","n_predict":1,"cache_prompt":false})",
       300ms}};
  std::printf("%-28s %8s %8s %8s   from hang-up to an idle engine, ms\n", "what", "min", "p50", "max");
  for (const auto& what : cases) report(what, tests::run_task(io, measure(manager, what)), 200);
  tests::run_task(io, manager.stop(10s));
  return 0;
}
