#include "engine/model_advisor.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "core/models/model_name.hpp"
#include "engine/suggestion_list.hpp"
#include "engine/yardstick.hpp"

namespace localscale::engine {
namespace {

constexpr std::chrono::minutes memory_of_lookups{5};
constexpr std::size_t max_remembered = 32;
/// Its weights as they are mapped and as the engine copies them, and room to compute.
constexpr std::uint64_t yardstick_memory = 1'000'000'000;

std::uint64_t free_on_disk(const std::filesystem::path& folder) {
  std::error_code failed;
  const auto space = std::filesystem::space(folder, failed);
  return failed ? 0 : space.available;
}

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code failed;
  const auto bytes = file.empty() ? 0 : std::filesystem::file_size(file, failed);
  return failed ? 0 : bytes;
}

std::string about(const std::string& name) {
  const auto& list = suggestion_list();
  const auto found = std::ranges::find(list, name, &Suggestion::name);
  return found == list.end() ? std::string() : std::string(found->about);
}

}  // namespace

ModelAdvisor::ModelAdvisor(Uses uses, const config::Engine& config, std::filesystem::path store,
                           std::uint64_t keep_free_bytes)
    : uses_(std::move(uses)),
      config_(config),
      store_(std::move(store)),
      yardstick_(yardstick_in(store_)),
      keep_free_bytes_(keep_free_bytes) {}

Room ModelAdvisor::room() const {
  return {.memory_bytes = uses_.memory_budget(),
          .machine = uses_.launcher.load().value_or(MachineLoad{}),
          .memory_reserve_bytes = config_.memory_reserve_bytes,
          .disk_free_bytes = free_on_disk(store_),
          .disk_keep_bytes = keep_free_bytes_};
}

std::vector<SpeedSample> ModelAdvisor::samples(const Room& room) {
  std::vector<SpeedSample> out;
  const auto add = [&](const LibraryModel& entry) {
    if (const auto rates = uses_.tuner.measured(entry, room.machine))
      out.push_back({entry.facts.token_bytes, entry.facts.token_parameters, *rates});
  };
  for (const auto& model : uses_.library.list()) {
    if (const auto entry = uses_.library.entry(model.name)) add(*entry);
  }
  add(yardstick_);
  return out;
}

FitReport ModelAdvisor::report(const Candidate& candidate, const Room& room,
                               const std::vector<SpeedSample>& samples) {
  const auto& entry = candidate.entry;
  FitReport out;
  out.name = entry.model.name;
  out.about = about(out.name);
  out.bytes = entry.model.bytes + candidate.projector_bytes;
  out.judgement = judge(candidate, config_, uses_.tuner.known(entry, room.machine), room);
  out.disk_free_bytes = room.disk_free_bytes;
  out.capabilities = entry.model.capabilities;
  if (const auto rates = uses_.tuner.measured(entry, room.machine))
    out.speed = {rates->prompt, rates->answer, Basis::measured};
  else
    out.speed = predict_speed(entry.facts, samples);
  return out;
}

FitReport ModelAdvisor::report_installed(const LibraryModel& entry, const Room& room,
                                         const std::vector<SpeedSample>& samples) {
  auto out = report({entry, size_of(entry.model.projector), 0}, room, samples);
  out.installed = true;
  return out;
}

std::uint64_t ModelAdvisor::still_to_come(const std::string& name, std::uint64_t bytes) const {
  return bytes - std::min(bytes, uses_.taken_by_pull(name));
}

FitReport ModelAdvisor::report_remote(const RemoteModel& model) {
  const auto here = room();
  if (!model.facts) {
    FitReport out;
    out.name = model.name;
    out.about = about(model.name);
    out.bytes = model.bytes;
    out.judgement = unknown(model.trouble, here);
    out.disk_free_bytes = here.disk_free_bytes;
    return out;
  }
  Candidate candidate{{}, model.projector_bytes, still_to_come(model.name, model.bytes)};
  candidate.entry.facts = *model.facts;
  candidate.entry.model.name = model.name;
  candidate.entry.model.digest = model.digest;
  candidate.entry.model.bytes = model.bytes - std::min(model.bytes, model.projector_bytes);
  if (!model.facts->projector && !model.facts->adapter)
    candidate.entry.model.capabilities = capabilities(*model.facts, model.projector_bytes != 0);
  return report(candidate, here, samples(here));
}

void ModelAdvisor::remember(const RemoteModel& model) {
  const auto now = Clock::now();
  std::erase_if(remembered_, [&](const auto& one) { return one.second.until < now; });
  if (remembered_.size() >= max_remembered) remembered_.clear();
  remembered_.insert_or_assign(model.name, Remembered{model, now + memory_of_lookups});
}

net::Task<Result<FitReport>> ModelAdvisor::fit(std::string_view text) {
  const auto entry = uses_.library.entry(text);
  if (entry) {
    const auto here = room();
    co_return report_installed(*entry, here, samples(here));
  }
  const auto name = core::parse_model_name(text);
  if (!name) co_return tl::unexpected(name.error());
  if (entry.error().code != Errc::not_found) {  // it is here, and damaged
    FitReport out;
    out.name = name->display();
    out.installed = true;
    const auto here = room();
    out.judgement = unknown(entry.error().what, here);
    out.disk_free_bytes = here.disk_free_bytes;
    co_return out;
  }
  const auto known = remembered_.find(name->display());
  if (known != remembered_.end() && Clock::now() < known->second.until)
    co_return report_remote(known->second.model);
  const auto model = co_await uses_.lookup.look_up(name->display());
  if (!model) co_return tl::unexpected(model.error());
  remember(*model);
  co_return report_remote(*model);
}

std::vector<FitReport> ModelAdvisor::suggestions() {
  const auto here = room();
  const auto measured = samples(here);
  std::vector<FitReport> out;
  for (const auto& suggestion : suggestion_list()) {
    const auto entry = uses_.library.entry(suggestion.name);
    if (entry) {
      out.push_back(report_installed(*entry, here, measured));
      continue;
    }
    const auto to_come = still_to_come(suggestion.entry.model.name, suggestion.bytes);
    out.push_back(report({suggestion.entry, suggestion.projector_bytes, to_come}, here, measured));
  }
  return out;
}

net::Task<void> ModelAdvisor::measure_machine(std::function<bool()> quiet) {
  const auto here = room();
  const bool known = predict_speed(yardstick_.facts, samples(here)).basis != Basis::none;
  if (known || here.memory_bytes.value_or(0) < yardstick_memory) co_return;
  const auto file = YardstickFile::write(store_);
  if (!file) {
    spdlog::warn("the machine is not measured error=\"{}\"", file.error().message());
    co_return;
  }
  co_await uses_.tuner.tune(yardstick_, here.machine, std::move(quiet), {});
}

}  // namespace localscale::engine
