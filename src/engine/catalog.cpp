#include "engine/catalog.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <set>
#include <tuple>

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "core/models/model_name.hpp"
#include "engine/gguf.hpp"
#include "engine/scan_files.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds look_interval{1};
constexpr std::size_t min_digest_digits = 12;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

tl::unexpected<Error> unknown(std::string_view name) {
  return fail(
      Errc::not_found, "The model '" + std::string(name.substr(0, 200)) + "' is not here.",
      "See `localscale ls`, or get it with `localscale pull " + std::string(name.substr(0, 200)) + "`.");
}

/// Only names of our own store are ours to remove.
std::string what_to_do_without_file(const Found& found) {
  if (found.source == Source::own)
    return "Put it back, or remove its name with `localscale rm " + found.name + "`.";
  if (found.source == Source::shipped) return "Put it back, or install Localscale again.";
  return "Put it back, or remove the model from " + std::string(owner_of(found.source)) + ".";
}

}  // namespace

FileCatalog::FileCatalog(store::ModelStore& names, fs::path blobs, std::vector<ScanRoot> roots)
    : names_(names), blobs_(std::move(blobs)), roots_(std::move(roots)) {}

std::vector<Model> FileCatalog::list() {
  refresh(Look::when_due);
  std::vector<Model> out;
  out.reserve(models_.size());
  for (const auto& [name, entry] : models_) out.push_back(entry.model);
  std::ranges::sort(out, [](const Model& a, const Model& b) {
    return std::tie(b.modified_unix_s, a.name) < std::tie(a.modified_unix_s, b.name);
  });
  return out;
}

std::vector<Problem> FileCatalog::problems() {
  refresh(Look::when_due);
  return problems_;
}

Result<Model> FileCatalog::find(std::string_view name) {
  return entry(name).map([](LibraryModel found) { return std::move(found.model); });
}

Result<LibraryModel> FileCatalog::entry(std::string_view name) {
  refresh(Look::when_due);
  std::string_view digits = name;
  const bool by_digest = digits.starts_with(digest_scheme);
  if (by_digest) digits.remove_prefix(digest_scheme.size());
  const auto* found = by_digest ? nullptr : lookup(name);
  if (found == nullptr || stamp_of(found->model.path) != headers_.at(found->model.path).stamp) {
    refresh(Look::now);
    found = by_digest ? nullptr : lookup(name);
  }
  if (found != nullptr) return *found;
  if (digits.size() >= min_digest_digits && digits.size() <= 64 && is_hex(digits, digits.size())) {
    const auto by_digits = lookup_digest(digits);
    if (!by_digits) return tl::unexpected<Error>(by_digits.error());
    if (*by_digits != nullptr) return **by_digits;
  }
  if (by_digest) return unknown(name);
  const auto parsed = core::parse_model_name(name);
  if (!parsed) return tl::unexpected<Error>(parsed.error());
  const auto problem = std::ranges::find(problems_, parsed->display(), &Problem::name);
  if (problem != problems_.end()) return tl::unexpected<Error>(problem->error);
  return unknown(name);
}

const LibraryModel* FileCatalog::lookup(std::string_view name) const {
  if (const auto exact = models_.find(name); exact != models_.end()) return &exact->second;
  const auto parsed = core::parse_model_name(name);
  if (!parsed) return nullptr;
  const auto wanted = parsed->display();
  if (const auto found = models_.find(wanted); found != models_.end()) return &found->second;
  const bool any_tag = parsed->host == "hf.co" && name.find(':') == std::string_view::npos;
  const LibraryModel* first = nullptr;
  for (const auto& [known, entry] : models_) {
    if (equal_ignoring_case(known, wanted)) return &entry;
    // "hf.co/ORG/REPO" without a quantization: Q4_K_M, else the first there is.
    if (!any_tag || !equal_ignoring_case(std::string_view(known).substr(0, known.rfind(':')), name)) continue;
    if (entry.model.quantization == "Q4_K_M") return &entry;
    if (first == nullptr) first = &entry;
  }
  return first;
}

Result<const LibraryModel*> FileCatalog::lookup_digest(std::string_view digits) const {
  const LibraryModel* found = nullptr;
  for (const auto& [name, entry] : models_) {
    const std::string_view digest = entry.model.digest;
    if (!digest.starts_with(digest_scheme) || !digest.substr(digest_scheme.size()).starts_with(digits))
      continue;
    if (found != nullptr && found->model.digest != digest) {
      return fail(Errc::invalid_argument, "The digest " + std::string(digits) + "… fits several models.",
                  "Give more digits.");
    }
    if (found == nullptr) found = &entry;
  }
  return found;
}

void FileCatalog::refresh(Look look) {
  const auto now = std::chrono::steady_clock::now();
  if (!stale_ && look == Look::when_due && now < next_look_) return;
  next_look_ = now + look_interval;
  if (stale_ || anything_changed()) rescan();
}

bool FileCatalog::anything_changed() const {
  const auto changed = [](const fs::path& path, const StampResult& before) {
    const auto stamp = stamp_of(path);
    return stamp != before || (stamp && just_changed(*stamp));
  };
  return std::ranges::any_of(seen_, [&](const Seen& seen) { return changed(seen.path, seen.stamp); }) ||
         std::ranges::any_of(headers_,
                             [&](const auto& header) { return changed(header.first, header.second.stamp); });
}

void FileCatalog::rescan() {
  models_.clear();
  problems_.clear();
  seen_.clear();
  stale_ = false;
  for (auto& [file, header] : headers_) header.needed = false;
  if (const auto own = names_.list()) {
    for (const auto& named : *own) offer(found_of(named), named.modified_unix_s);
  } else {
    problems_.push_back({blobs_, own.error()});
    stale_ = true;
  }
  Scan scanned;
  for (const auto& root : roots_) scan(root, scanned);
  for (const auto& found : scanned.found) offer(found, 0);
  problems_.insert(problems_.end(), scanned.problems.begin(), scanned.problems.end());
  log_new_problems();
  std::erase_if(headers_, [](const auto& known) { return !known.second.needed; });
  seen_.insert(seen_.end(), scanned.folders.begin(), scanned.folders.end());
  for (const Problem& problem : problems_) {
    if (!headers_.contains(problem.file)) seen_.push_back({problem.file, stamp_of(problem.file)});
  }
}

void FileCatalog::log_new_problems() {
  std::set<fs::path> files;
  for (const Problem& problem : problems_) {
    if (!logged_problems_.contains(problem.file)) spdlog::warn("not offered: {}", problem.error.message());
    files.insert(problem.file);
  }
  logged_problems_ = std::move(files);
}

void FileCatalog::offer(const Found& found, std::int64_t modified_unix_s) {
  if (models_.contains(found.name)) return;
  auto entry = describe(found);
  if (!entry) {
    // The file that is wrong may be any of several: its name alone says not which model is missing.
    Error error = entry.error();
    if (error.code == Errc::not_found) error.next = what_to_do_without_file(found);
    error.what = "'" + found.name + "': " + error.what;
    problems_.push_back({found.file, std::move(error), found.name});
    return;
  }
  if (entry->facts.projector || entry->facts.adapter || entry->model.capabilities.empty()) return;
  if (modified_unix_s != 0) entry->model.modified_unix_s = modified_unix_s;
  models_.emplace(found.name, std::move(*entry));
}

Result<LibraryModel> FileCatalog::describe(const Found& found) {
  auto facts = header(found.file);
  if (!facts) return tl::unexpected<Error>(facts.error());
  LibraryModel out;
  auto& model = out.model;
  model.bytes = headers_.at(found.file).stamp.bytes;
  if (facts->split_count > 1) facts = add_parts(std::move(*facts), found, model);
  if (!facts) return tl::unexpected<Error>(facts.error());
  if (!found.projector.empty()) {
    // A damaged projector must not take the model away: it is offered without eyes.
    const auto projector = header(found.projector);
    if (projector && projector->projector)
      model.projector = found.projector;
    else
      problems_.push_back(
          {found.projector, projector
                                ? Error{Errc::corrupt, found.projector.string() + " is no projector.", {}}
                                : projector.error()});
  }
  out.facts = std::move(*facts);
  model.name = found.name;
  model.digest = found.digest;
  model.path = found.file;
  model.source = found.source;
  model.modified_unix_s =
      std::chrono::floor<std::chrono::seconds>(headers_.at(found.file).stamp.modified).count();
  model.architecture = out.facts.architecture;
  model.parameter_size = parameter_label(out.facts.parameters);
  model.quantization = out.facts.quantization;
  model.context_length = out.facts.context_length;
  model.embedding_length = out.facts.embedding_length;
  model.layers = out.facts.layers;
  model.kv_heads = out.facts.kv_heads.empty() ? 0 : *std::ranges::max_element(out.facts.kv_heads);
  model.head_dim = out.facts.key_length;
  model.chat_template = out.facts.chat_template;
  model.system = found.system;
  out.system_file = found.system_file;
  out.license_file = found.license_file;
  model.license = found.license.empty() ? out.facts.license : found.license;
  model.capabilities = capabilities(out.facts, !model.projector.empty());
  return out;
}

Result<ModelFacts> FileCatalog::header(const fs::path& file) {
  const auto stamp = stamp_of(file);
  if (!stamp) {
    headers_.erase(file);
    seen_.push_back({file, stamp});
    return fail(Errc::not_found,
                "The model file " + file.string() + " can't be read: " + stamp.error().message() + ".");
  }
  // What went wrong while the file was being written is tried again, once it is whole.
  if (const auto known = headers_.find(file); known != headers_.end() && known->second.stamp == *stamp &&
                                              (known->second.facts || !just_changed(*stamp))) {
    known->second.needed = true;
    return known->second.facts;
  }
  const auto read = [&]() -> Result<ModelFacts> {
    auto source = FileSource::open(file);
    if (!source) return tl::unexpected<Error>(source.error());
    const auto parsed = read_gguf(*source, file.string());
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    return model_facts(*parsed, file.string());
  };
  auto facts = read();
  headers_.insert_or_assign(file, Header{*stamp, facts});
  return facts;
}

Result<ModelFacts> FileCatalog::add_parts(ModelFacts first, const Found& found, Model& model) {
  model.more_parts = found.more_parts.empty() ? part_files(found.file) : found.more_parts;
  if (model.more_parts.size() + 1 != first.split_count) {
    return fail(Errc::corrupt,
                found.file.string() + " is one of " + std::to_string(first.split_count) + " parts, but " +
                    std::to_string(model.more_parts.size() + 1) + " can be told by the name.",
                "Name the parts NAME-00001-of-0000N.gguf.");
  }
  for (const auto& part : model.more_parts) {
    const auto facts = header(part);
    if (!facts) return tl::unexpected<Error>(facts.error());
    model.bytes += headers_.at(part).stamp.bytes;
    first.parameters += facts->parameters;
    first.weight_bytes += facts->weight_bytes;
    first.repacked_bytes += facts->repacked_bytes;
    first.input_table_bytes += facts->input_table_bytes;
    first.token_bytes += facts->token_bytes;
    first.token_parameters += facts->token_parameters;
  }
  return first;
}

}  // namespace localscale::engine
