// How near the memory estimate is to what llama-server really takes, on random models of several shapes.
//
//   bench_fit [MODEL.gguf …]
//
// Each engine reads a prompt in all slots first, so that its buffers are touched.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "engine/catalog.hpp"
#include "engine/fit.hpp"
#include "engine/planner.hpp"
#include "engine/running_engine.hpp"
#include "store/memory_model_store.hpp"
#include "tests/support/fork_launcher.hpp"
#include "tests/support/gguf_builder.hpp"
#include "tests/support/run_task.hpp"

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace localscale;
using namespace std::chrono_literals;

struct Taken {
  std::uint64_t anonymous = 0;
  std::uint64_t file = 0;
};

Taken taken_by(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  Taken out;
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kib = 0;
    words >> key >> kib;
    if (key == "RssAnon:" || key == "RssShmem:") out.anonymous += kib << 10U;
    if (key == "RssFile:") out.file = kib << 10U;
  }
  return out;
}

struct Setting {
  std::uint32_t slots;
  std::uint32_t context;
  std::uint32_t micro_batch;
  bool flash;
  engine::CacheType cache;
};

std::string prompts(std::uint32_t slots, std::uint32_t tokens) {
  std::string words;
  for (std::uint32_t i = 0; i < tokens / 2; ++i) words += "a ";
  std::string list;
  for (std::uint32_t i = 0; i < slots; ++i)
    list += (i == 0 ? "\"" : ",\"") + words + std::to_string(i) + "\"";
  return R"({"prompt":[)" + list + R"(],"n_predict":4,"cache_prompt":false})";
}

net::Task<Result<Taken>> measure(engine::LibraryModel entry, engine::EngineSettings settings,
                                 tests::ForkLauncher& launcher, asio::any_io_executor executor) {
  engine::RunningEngine engine(executor, net::make_upstream, 1, entry);
  engine::ServerSpec spec{entry.model.path, entry.model.projector, settings};
  auto worker = co_await launcher.launch_server(
      spec, [&engine](const engine::WorkerExit& exit) { engine.ended(exit); });
  if (!worker) co_return tl::unexpected(worker.error());
  const int pid = launcher.last_pid();
  engine.attach(std::move(*worker));
  const auto ready = co_await engine.wait_until_ready(120s);
  if (!ready) co_return tl::unexpected(ready.error());
  auto upstream = co_await engine.connect();
  if (!upstream) co_return tl::unexpected(upstream.error());
  net::Headers headers;
  headers.set("Content-Type", "application/json");
  const auto body = prompts(settings.slots, std::min(300U, settings.context_tokens / settings.slots / 2));
  const auto head = co_await (*upstream)->request("POST", "/completion", headers, body);
  if (!head) co_return tl::unexpected(head.error());
  const auto answer = co_await (*upstream)->read_all(8U << 20);
  if (!answer) co_return tl::unexpected(answer.error());
  const auto taken = taken_by(pid);
  engine.close();
  co_return taken;
}

double mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1048576.0;
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
  for (int i = 1; i < argc; ++i)
    fs::create_symlink(fs::absolute(argv[i]), folder.path() / fs::path(argv[i]).filename());
  tests::tiny_model().write(folder.path() / "tiny-f32.gguf");
  const tests::TinyModel small{.layers = 30,
                               .embedding = 576,
                               .heads = 9,
                               .kv_heads = 3,
                               .feed_forward = 1536,
                               .context = 8192,
                               .vocabulary = 49152,
                               .type = 2};
  tests::tiny_model(small).write(folder.path() / "small-q4_0.gguf");
  auto exact = small;
  exact.type = 8;
  tests::tiny_model(exact).write(folder.path() / "small-q8_0.gguf");
  tests::tiny_model({.layers = 8,
                     .embedding = 1024,
                     .heads = 16,
                     .kv_heads = 16,
                     .feed_forward = 4096,
                     .context = 8192,
                     .vocabulary = 8192,
                     .type = 2})
      .write(folder.path() / "wide-q4_0.gguf");

  const std::vector<Setting> settings = {{1, 2048, 128, true, engine::CacheType::f16},
                                         {4, 4096, 128, true, engine::CacheType::f16},
                                         {4, 2048, 512, false, engine::CacheType::f16},
                                         {2, 8192, 64, true, engine::CacheType::q8_0}};
  store::MemoryModelStore names;
  engine::FileCatalog catalog(names, folder.path() / "blobs", {{folder.path(), engine::Source::folder}});
  tests::ForkLauncher launcher(io.get_executor(), directory);
  std::printf("%-22s %5s %6s %5s %5s %5s | %9s %9s | %9s %9s | %6s\n", "model", "slots", "ctx", "ub", "flash",
              "cache", "est anon", "real anon", "est all", "real all", "ratio");
  double worst = 0;
  for (const auto& model : catalog.list()) {
    const auto entry = catalog.entry(model.name);
    if (!entry) continue;
    for (const auto& setting : settings) {
      engine::EngineSettings wanted;
      wanted.threads = 1;
      wanted.slots = setting.slots;
      wanted.micro_batch_tokens = wanted.batch_tokens = setting.micro_batch;
      wanted.flash_attention = setting.flash;
      wanted.cache_type = setting.cache;
      if (setting.cache == engine::CacheType::q8_0 && entry->facts.key_length % 32 != 0) continue;
      wanted = engine::with_context(wanted, std::min(setting.context, model.context_length));
      const auto estimate = engine::estimate_memory(entry->facts, 0, wanted);
      const auto real = tests::run_task(io, measure(*entry, wanted, launcher, io.get_executor()));
      if (!real) {
        std::fprintf(stderr, "%s: %s\n", model.name.c_str(), real.error().message().c_str());
        return 1;
      }
      const auto all = real->anonymous + real->file;
      const double ratio = mib(estimate.total()) / mib(all);
      // 25 %, and a constant for small models.
      const double off = (std::abs(mib(estimate.total()) - mib(all)) - 32.0) / mib(all);
      worst = std::max(worst, off);
      std::printf("%-22s %5u %6u %5u %5s %5s | %9.1f %9.1f | %9.1f %9.1f | %6.2f\n", model.name.c_str(),
                  setting.slots, wanted.context_tokens, setting.micro_batch, setting.flash ? "on" : "off",
                  std::string(engine::name(setting.cache)).c_str(), mib(estimate.anonymous()),
                  mib(real->anonymous), mib(estimate.total()), mib(all), ratio);
      std::fflush(stdout);
    }
  }
  std::printf(
      R"({"bench":"fit","claim":"estimate_off_by","value":%.3f,"unit":"ratio","bar":0.25,"better":"lower","ok":%s,"with":{"beyond_mib":32}})"
      "\n",
      std::max(0.0, worst), worst <= 0.25 ? "true" : "false");
  return worst <= 0.25 ? 0 : 1;
}
