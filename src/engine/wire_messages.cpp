#include "engine/wire_messages.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

#include "wire/control.pb.h"

namespace localscale::engine {
namespace fs = std::filesystem;
namespace {

constexpr std::int32_t signal_base = 128;
constexpr std::int32_t last_signal = 64;
constexpr std::array codes = {Errc::invalid_argument, Errc::not_found,   Errc::conflict, Errc::denied,
                              Errc::unavailable,      Errc::exhausted,   Errc::timeout,  Errc::cancelled,
                              Errc::corrupt,          Errc::unsupported, Errc::internal};

wire::CacheType wire_type(CacheType type) {
  switch (type) {
    case CacheType::f16:
      return wire::CACHE_TYPE_F16;
    case CacheType::f32:
      return wire::CACHE_TYPE_F32;
    case CacheType::q8_0:
      return wire::CACHE_TYPE_Q8_0;
  }
  return wire::CACHE_TYPE_F16;
}

wire::EnginePurpose wire_purpose(Purpose purpose) {
  switch (purpose) {
    case Purpose::generate:
      return wire::ENGINE_PURPOSE_GENERATE;
    case Purpose::embed:
      return wire::ENGINE_PURPOSE_EMBED;
    case Purpose::rerank:
      return wire::ENGINE_PURPOSE_RERANK;
  }
  return wire::ENGINE_PURPOSE_GENERATE;
}

void fill(wire::EngineOptions& out, const EngineSettings& settings) {
  out.set_threads(settings.threads);
  out.set_context_tokens(settings.context_tokens);
  out.set_micro_batch_tokens(settings.micro_batch_tokens);
  out.set_batch_tokens(settings.batch_tokens);
  out.set_flash_attention(settings.flash_attention);
  out.set_cache_type(wire_type(settings.cache_type));
  out.set_slots(settings.slots);
  out.set_purpose(wire_purpose(settings.purpose));
  out.set_alias(settings.alias);
  out.set_gpu_layers(settings.gpu_layers);
}

void fill(wire::ConfigChange& out, const config::TomlValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    out.set_flag(*flag);
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out.set_whole(*number);
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    auto& items = *out.mutable_list();
    for (const std::string& item : *list) items.add_items(item);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out.set_text(*text);
  } else {
    out.set_text("(no value)");  // No key takes it; unset, it would mean "take the key out".
  }
}

void add_model(wire::LaunchWorker& out, const fs::path& model, const std::vector<fs::path>& more_parts) {
  out.set_model_path(model.string());
  for (const auto& part : more_parts) out.add_more_parts(part.string());
}

}  // namespace

wire::LaunchWorker launch_order(const ServerSpec& spec) {
  wire::LaunchWorker order;
  order.set_kind(wire::LaunchWorker::SERVER);
  add_model(order, spec.model, spec.more_parts);
  order.set_projector_path(spec.projector.string());
  fill(*order.mutable_options(), spec.settings);
  return order;
}

wire::LaunchWorker launch_order(const BenchSpec& spec) {
  wire::LaunchWorker order;
  order.set_kind(wire::LaunchWorker::BENCH);
  add_model(order, spec.model, spec.more_parts);
  fill(*order.mutable_options(), spec.settings);
  order.mutable_bench()->set_prompt_tokens(spec.prompt_tokens);
  order.mutable_bench()->set_generated_tokens(spec.generated_tokens);
  order.mutable_bench()->set_depth_tokens(spec.depth_tokens);
  order.mutable_bench()->set_repetitions(spec.repetitions);
  return order;
}

wire::SupervisorRequest config_order(const std::vector<config::Change>& changes) {
  wire::SupervisorRequest request;
  auto& order = *request.mutable_change_config();
  for (const config::Change& change : changes) {
    auto& out = *order.add_changes();
    out.set_path(change.path);
    if (change.value) fill(out, *change.value);
  }
  return request;
}

Result<ConfigText> config_from(const wire::ConfigFile& file, std::vector<UniqueFd> fds) {
  constexpr std::size_t max_bytes = 1U << 20;
  ConfigText config{file.path(), file.writable(), {}};
  if (fds.empty()) return config;
  std::array<char, 16384> piece{};
  while (config.text.size() <= max_bytes) {
    const ssize_t got = ::read(fds.front().get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("Reading the config", errno);
    if (got == 0) return config;
    config.text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return fail(Errc::invalid_argument, file.path() + " is longer than 1 MiB, which no config is.");
}

Error error_from(const wire::Failure& failure) {
  Error error{Errc::internal, failure.what(), failure.next()};
  for (const auto code : codes) {
    if (localscale::name(code) == failure.code()) error.code = code;
  }
  if (failure.retry_after_s() > 0) error.retry_after = std::chrono::seconds(failure.retry_after_s());
  return error;
}

MachineLoad load_from(const wire::Load& load) {
  MachineLoad machine{load.cores() == 0 ? 1 : load.cores(),
                      static_cast<double>(load.busy_by_others_permille()) / 1000.0, load.memory_total_bytes(),
                      load.memory_available_bytes(), load.engine()};
  if (load.has_power_milliwatts()) machine.watts = static_cast<double>(load.power_milliwatts()) / 1000.0;
  machine.power_note = load.power_note();
  return machine;
}

WorkerExit exit_from(const wire::WorkerExited& exited) {
  WorkerExit exit{exited.exit_code(),
                  exited.signal(),
                  exited.out_of_memory(),
                  {exited.last_lines().begin(), exited.last_lines().end()}};
  if (exit.signal == 0 && exit.exit_code > signal_base && exit.exit_code <= signal_base + last_signal) {
    exit.signal = exit.exit_code - signal_base;
    exit.exit_code = -1;
  }
  return exit;
}

}  // namespace localscale::engine
