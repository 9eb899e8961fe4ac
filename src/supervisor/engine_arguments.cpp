#include "supervisor/engine_arguments.hpp"

#include <algorithm>
#include <cstdint>

namespace localscale::supervisor {
namespace {

struct Bound {
  const char* field;
  std::uint32_t value;
  std::uint32_t least;
  std::uint32_t most;
};

Result<void> check(const std::vector<Bound>& bounds) {
  for (const Bound& bound : bounds) {
    if (bound.value >= bound.least && bound.value <= bound.most) continue;
    return fail(Errc::invalid_argument, std::string("Engine option ") + bound.field + " is " +
                                            std::to_string(bound.value) + "; it must be " +
                                            std::to_string(bound.least) + " to " +
                                            std::to_string(bound.most) + ".");
  }
  return {};
}

Result<void> check_options(const wire::EngineOptions& options) {
  return check({{"threads", options.threads(), 1, 1024},
                {"context_tokens", options.context_tokens(), 0, 16U << 20},
                {"micro_batch_tokens", options.micro_batch_tokens(), 1, 65536},
                {"batch_tokens", options.batch_tokens(), 1, 65536},
                {"slots", options.slots(), 1, 256},
                {"gpu_layers", options.gpu_layers(), 0, 10'000}});
}

Result<void> check_alias(const std::string& alias) {
  const bool printable =
      std::all_of(alias.begin(), alias.end(), [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
  if (alias.size() <= 512 && printable) return {};
  return fail(Errc::invalid_argument, "Engine option alias must be at most 512 printable ASCII characters.");
}

Result<std::string> cache_type(wire::CacheType type) {
  switch (type) {
    case wire::CACHE_TYPE_F16:
      return "f16";
    case wire::CACHE_TYPE_F32:
      return "f32";
    case wire::CACHE_TYPE_Q8_0:
      return "q8_0";
    default:
      return fail(Errc::invalid_argument, "Engine option cache_type is unknown.");
  }
}

Result<std::vector<std::string>> purpose_arguments(wire::EnginePurpose purpose) {
  switch (purpose) {
    case wire::ENGINE_PURPOSE_GENERATE:
      return std::vector<std::string>{};
    case wire::ENGINE_PURPOSE_EMBED:
      return std::vector<std::string>{"--embeddings"};
    case wire::ENGINE_PURPOSE_RERANK:
      return std::vector<std::string>{"--reranking"};
    default:
      return fail(Errc::invalid_argument, "Engine option purpose is unknown.");
  }
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Result<std::vector<std::string>> server_arguments(const EngineFiles& files,
                                                  const wire::EngineOptions& options) {
  if (auto checked = check_options(options); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_alias(options.alias()); !checked) return tl::unexpected(checked.error());
  const auto type = cache_type(options.cache_type());
  if (!type) return tl::unexpected(type.error());
  auto purpose = purpose_arguments(options.purpose());
  if (!purpose) return purpose;
  const std::string threads = std::to_string(options.threads());
  std::vector<std::string> arguments{
      files.program, "--host", files.socket, "--model", files.model, "--threads", threads, "--threads-batch",
      threads, "--ctx-size", std::to_string(options.context_tokens()), "--batch-size",
      std::to_string(options.batch_tokens()), "--ubatch-size", std::to_string(options.micro_batch_tokens()),
      "--flash-attn", options.flash_attention() ? "on" : "off", "--cache-type-k", *type, "--cache-type-v",
      *type, "--parallel", std::to_string(options.slots()), "--gpu-layers",
      std::to_string(options.gpu_layers()),
      // The house decides what fits; llama.cpp must not change it. Its prompt cache in RAM would be memory
      // that the house's estimate does not know of.
      "--fit", "off", "--cache-ram", "0", "--no-cache-idle-slots", "--jinja", "--no-ui", "--offline",
      "--no-slots", "--metrics", "--threads-http", std::to_string(options.slots() + 64),
      // Warnings and errors only: nothing of a prompt, not even its length.
      "--log-verbosity", "2", "--log-colors", "off"};
  if (!files.projector.empty()) append(arguments, {"--mmproj", files.projector});
  if (!options.alias().empty()) append(arguments, {"--alias", options.alias()});
  append(arguments, std::move(*purpose));
  return arguments;
}

Result<std::vector<std::string>> bench_arguments(const EngineFiles& files, const wire::EngineOptions& options,
                                                 const wire::BenchOptions& bench) {
  if (auto checked = check_options(options); !checked) return tl::unexpected(checked.error());
  if (auto checked = check({{"prompt_tokens", bench.prompt_tokens(), 0, 65536},
                            {"generated_tokens", bench.generated_tokens(), 0, 65536},
                            {"depth_tokens", bench.depth_tokens(), 0, 1U << 20},
                            {"repetitions", bench.repetitions(), 1, 20}});
      !checked) {
    return tl::unexpected(checked.error());
  }
  const auto type = cache_type(options.cache_type());
  if (!type) return tl::unexpected(type.error());
  return std::vector<std::string>{files.program,    "--model",
                                  files.model,      "--output",
                                  "jsonl",          "--offline",
                                  "--n-prompt",     std::to_string(bench.prompt_tokens()),
                                  "--n-gen",        std::to_string(bench.generated_tokens()),
                                  "--n-depth",      std::to_string(bench.depth_tokens()),
                                  "--repetitions",  std::to_string(bench.repetitions()),
                                  "--threads",      std::to_string(options.threads()),
                                  "--batch-size",   std::to_string(options.batch_tokens()),
                                  "--ubatch-size",  std::to_string(options.micro_batch_tokens()),
                                  "--flash-attn",   options.flash_attention() ? "on" : "off",
                                  "--cache-type-k", *type,
                                  "--cache-type-v", *type,
                                  "--n-gpu-layers", std::to_string(options.gpu_layers())};
}

}  // namespace localscale::supervisor
