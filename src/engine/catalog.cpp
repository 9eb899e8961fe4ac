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
/// A folder that changed this short ago may change again within the same tick of its clock.
constexpr std::chrono::seconds settle_time{2};
constexpr std::string_view digest_scheme = "sha256:";
constexpr std::size_t min_digest_digits = 12;

std::int64_t unix_seconds(fs::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count();
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

tl::unexpected<Error> unknown(std::string_view name) {
  return fail(
      Errc::not_found, "The model '" + std::string(name.substr(0, 200)) + "' is not here.",
      "See `localscale ls`, or get it with `localscale pull " + std::string(name.substr(0, 200)) + "`.");
}

std::string_view owner_of(Source source) {
  switch (source) {
    case Source::own:
      return "this home";
    case Source::shipped:
      return "the program itself";
    case Source::ollama:
      return "Ollama's store";
    case Source::huggingface:
      return "the Hugging Face cache";
    case Source::llama_cache:
      return "llama.cpp's cache";
    case Source::folder:
      return "one of your own folders";
  }
  return "another program";
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
  std::error_code failed;
  if (found == nullptr ||
      fs::last_write_time(found->model.path, failed) != headers_.at(found->model.path).changed) {
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
  if (stale_ || folders_changed()) rescan();
}

bool FileCatalog::folders_changed() const {
  return std::ranges::any_of(folders_, [](const SeenFolder& folder) {
    std::error_code failed;
    const auto changed = fs::last_write_time(folder.path, failed);
    return failed || changed != folder.changed || fs::file_time_type::clock::now() - changed < settle_time;
  });
}

void FileCatalog::rescan() {
  models_.clear();
  problems_.clear();
  stale_ = false;
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
  // A root that does not exist yet is looked for by its parent's time.
  for (const auto& root : roots_) {
    std::error_code failed;
    const auto changed = fs::last_write_time(root.path.parent_path(), failed);
    if (!failed) scanned.folders.push_back({root.path.parent_path(), changed});
  }
  folders_ = std::move(scanned.folders);
  std::set<fs::path> needed;
  for (const auto& [name, entry] : models_) needed.insert(entry.model.path);
  std::erase_if(headers_,
                [&](const auto& known) { return known.second.facts && !needed.contains(known.first); });
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
  model.bytes = headers_.at(found.file).bytes;
  if (facts->split_count > 1) facts = add_parts(std::move(*facts), found.file, model.bytes);
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
  model.modified_unix_s = unix_seconds(headers_.at(found.file).changed);
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
  model.license = found.license.empty() ? out.facts.license : found.license;
  model.capabilities = capabilities(out.facts, !model.projector.empty());
  return out;
}

Result<ModelFacts> FileCatalog::header(const fs::path& file) {
  std::error_code failed;
  const auto changed = fs::last_write_time(file, failed);
  const auto bytes = failed ? 0 : fs::file_size(file, failed);
  if (failed) {
    headers_.erase(file);
    return fail(Errc::not_found,
                "The model file " + file.string() + " can't be read: " + failed.message() + ".",
                "Put it back, or remove its name with `localscale rm`.");
  }
  if (const auto known = headers_.find(file);
      known != headers_.end() && known->second.bytes == bytes && known->second.changed == changed) {
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
  headers_.insert_or_assign(file, Header{bytes, changed, facts});
  return facts;
}

Result<ModelFacts> FileCatalog::add_parts(ModelFacts first, const fs::path& file, std::uint64_t& bytes) {
  const auto parts = part_files(file);
  if (parts.size() + 1 != first.split_count) {
    return fail(
        Errc::corrupt,
        file.string() + " is part of " + std::to_string(first.split_count) + ", but its name says otherwise.",
        "Name the parts NAME-00001-of-0000N.gguf.");
  }
  for (const auto& part : parts) {
    const auto facts = header(part);
    if (!facts) return tl::unexpected<Error>(facts.error());
    bytes += headers_.at(part).bytes;
    first.parameters += facts->parameters;
    first.weight_bytes += facts->weight_bytes;
    first.repacked_bytes += facts->repacked_bytes;
    first.input_table_bytes += facts->input_table_bytes;
  }
  return first;
}

fs::path FileCatalog::blob(std::string_view digest) const {
  if (!digest.starts_with(digest_scheme) || !is_hex(digest.substr(digest_scheme.size()), 64)) return {};
  return blobs_ / ("sha256-" + std::string(digest.substr(digest_scheme.size())));
}

Found FileCatalog::found_of(const store::NamedModel& named) const {
  constexpr std::size_t max_text_bytes = 256U << 10;
  Found found;
  found.name = named.name;
  found.source = Source::own;
  for (const auto& file : named.files) {
    const auto path = file.path.empty() ? blob(file.digest) : file.path;
    const auto text = [&] { return read_small_file(path, max_text_bytes).value_or(std::string{}); };
    switch (file.role) {
      case store::FileRole::model:
        found.file = path;
        found.digest = file.digest;
        break;
      case store::FileRole::projector:
        found.projector = path;
        break;
      case store::FileRole::system:
        found.system = text();
        break;
      case store::FileRole::license:
        found.license = text();
        break;
      case store::FileRole::chat_template:
      case store::FileRole::parameters:
      case store::FileRole::other:
        break;
    }
  }
  return found;
}

Result<void> FileCatalog::add(const store::NamedModel& model) {
  const auto own = names_.list();
  if (!own) return tl::unexpected<Error>(own.error());
  const auto replaced = std::ranges::find(*own, model.name, &store::NamedModel::name);
  if (auto put = names_.put(model); !put) return put;
  stale_ = true;
  return replaced == own->end() ? Result<void>() : delete_unused(*replaced);
}

Result<void> FileCatalog::copy(std::string_view from, std::string_view to) {
  const auto target = core::parse_model_name(to);
  if (!target) return tl::unexpected<Error>(target.error());
  const auto source = entry(from);
  if (!source) return tl::unexpected<Error>(source.error());
  store::NamedModel named;
  const auto own = names_.list();
  if (!own) return tl::unexpected<Error>(own.error());
  const auto known = std::ranges::find(*own, source->model.name, &store::NamedModel::name);
  if (known != own->end() && source->model.source == Source::own) {
    named = *known;
  } else {
    // A model of another store stays where it is: the new name points there.
    named.files.push_back(
        {store::FileRole::model, source->model.digest, source->model.bytes, source->model.path});
    if (!source->model.projector.empty()) {
      named.files.push_back({store::FileRole::projector, {}, 0, source->model.projector});
    }
  }
  named.name = target->display();
  named.modified_unix_s = static_cast<std::int64_t>(std::time(nullptr));
  return add(named);
}

Result<void> FileCatalog::remove(std::string_view name) {
  const auto found = entry(name);
  const auto own = names_.list();
  if (!own) return tl::unexpected<Error>(own.error());
  // A name whose file is gone is in no list any more, but can still be forgotten.
  const auto parsed = core::parse_model_name(name);
  const auto wanted = found ? found->model.name : parsed ? parsed->display() : std::string(name);
  const auto named = std::ranges::find(*own, wanted, &store::NamedModel::name);
  if (named == own->end()) {
    if (!found) return tl::unexpected<Error>(found.error());
    return fail(
        Errc::denied,
        "'" + wanted + "' belongs to " + std::string(owner_of(found->model.source)) + " and was kept.",
        "Remove it there, or leave that store out in the config's [models].");
  }
  if (auto erased = names_.erase(wanted); !erased) return erased;
  stale_ = true;
  return delete_unused(*named);
}

Result<void> FileCatalog::delete_unused(const store::NamedModel& removed) {
  const auto rest = names_.list();
  if (!rest) return tl::unexpected<Error>(rest.error());
  std::set<std::string> used;
  for (const auto& named : *rest) {
    for (const auto& file : named.files) used.insert(file.digest);
  }
  for (const auto& file : removed.files) {
    const auto path = blob(file.digest);
    if (!file.path.empty() || path.empty() || used.contains(file.digest)) continue;
    std::error_code failed;
    fs::remove(path, failed);  // An engine that has it mapped keeps the bytes until it ends.
    if (failed) {
      return fail(Errc::denied,
                  "The name '" + removed.name + "' is forgotten, but its file " + path.string() +
                      " stays: " + failed.message() + ".",
                  "Delete the file by hand.");
    }
  }
  return {};
}

}  // namespace localscale::engine
