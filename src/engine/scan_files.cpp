#include "engine/scan_files.hpp"

#include <algorithm>
#include <cctype>

#include "base/bytes.hpp"
#include "engine/gguf_source.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view extension = ".gguf";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

bool is_quantization(std::string_view word) {
  const auto starts = [&](std::string_view prefix) {
    return word.size() > prefix.size() && word.starts_with(prefix) &&
           std::isdigit(static_cast<unsigned char>(word[prefix.size()]));
  };
  return word == "F16" || word == "F32" || word == "BF16" || word.starts_with("MXFP4") || starts("Q") ||
         starts("IQ") || starts("TQ");
}

/// Splits "-00001-of-00003" off the stem.
void take_part_number(FileLabel& label) {
  constexpr std::size_t suffix_bytes = 15;  // "-00001-of-00003"
  if (label.stem.size() <= suffix_bytes) return;
  const std::string_view suffix = std::string_view(label.stem).substr(label.stem.size() - suffix_bytes);
  const auto part = parse_u64(suffix.substr(1, 5));
  const auto parts = parse_u64(suffix.substr(10));
  if (suffix[0] != '-' || suffix.substr(6, 4) != "-of-" || !part || !parts || *part == 0 || *part > *parts)
    return;
  label.part = static_cast<unsigned>(*part);
  label.parts = static_cast<unsigned>(*parts);
  label.stem.resize(label.stem.size() - suffix_bytes);
}

fs::path part_file(const fs::path& any, const FileLabel& label, unsigned part) {
  const auto digits = [](unsigned number) {
    const auto text = std::to_string(number);
    return std::string(text.size() < 5 ? 5 - text.size() : 0, '0') + text;
  };
  return any.parent_path() /
         (label.stem + "-" + digits(part) + "-of-" + digits(label.parts) + any.extension().string());
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

Listing list_folder(const fs::path& folder, Scan& out) {
  Listing listing;
  std::error_code failed;
  out.folders.push_back({folder, stamp_of(folder)});
  if (!out.folders.back().stamp) return listing;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (++out.entries > max_scan_entries) {
      out.problems.push_back(
          {folder,
           {Errc::exhausted, "The model folders hold too many files; the rest is not looked at.",
            "List smaller folders in [models] folders."}});
      break;
    }
    std::error_code ignored;
    if (at->is_directory(ignored) && !at->is_symlink(ignored))
      listing.folders.push_back(at->path());
    else if (at->is_regular_file(ignored))
      listing.files.push_back(at->path());
  }
  std::ranges::sort(listing.folders);
  std::ranges::sort(listing.files);
  return listing;
}

std::vector<std::vector<fs::path>> gguf_files(const fs::path& folder, int depth, Scan& out) {
  auto listing = list_folder(folder, out);
  std::vector<std::vector<fs::path>> groups;
  std::erase_if(listing.files,
                [](const fs::path& file) { return lower(file.extension().string()) != extension; });
  if (!listing.files.empty()) groups.push_back(std::move(listing.files));
  if (depth <= 0) return groups;
  for (const auto& below : listing.folders) {
    if (out.entries > max_scan_entries) break;
    if (below.filename().string().starts_with('.')) continue;
    for (auto& group : gguf_files(below, depth - 1, out)) groups.push_back(std::move(group));
  }
  return groups;
}

Result<std::string> read_small_file(const fs::path& path, std::size_t limit_bytes) {
  auto source = FileSource::open(path);
  if (!source) return tl::unexpected<Error>(source.error());
  if (source->size() > limit_bytes) {
    return fail(Errc::corrupt, path.string() + " is larger than " + human_bytes(limit_bytes) + ".",
                "Check the file.");
  }
  std::string text(static_cast<std::size_t>(source->size()), '\0');
  if (auto done = source->read(0, std::as_writable_bytes(std::span(text))); !done)
    return tl::unexpected<Error>(done.error());
  return text;
}

FileLabel file_label(const fs::path& file) {
  FileLabel label;
  label.stem = file.stem().string();
  take_part_number(label);
  label.projector = lower(label.stem).find("mmproj") != std::string::npos;
  const auto cut = label.stem.find_last_of("-.");
  const auto word = upper(cut == std::string::npos ? label.stem : label.stem.substr(cut + 1));
  if (is_quantization(word)) label.quantization = word;
  return label;
}

std::vector<fs::path> part_files(const fs::path& first) {
  const auto label = file_label(first);
  std::vector<fs::path> out;
  for (unsigned part = 2; part <= label.parts && part <= 1'000; ++part)
    out.push_back(part_file(first, label, part));
  return out;
}

std::vector<fs::path> model_files(const std::vector<fs::path>& files) {
  std::vector<fs::path> out;
  for (const auto& file : files) {
    const auto label = file_label(file);
    if (label.projector) continue;
    auto first = label.part == 1 ? file : part_file(file, label, 1);
    const bool named = label.part != 1 &&
                       (std::ranges::binary_search(files, first) || (!out.empty() && out.back() == first));
    if (!named) out.push_back(std::move(first));
  }
  return out;
}

fs::path projector_for(const fs::path& model, const std::vector<fs::path>& files, bool one_family) {
  std::vector<fs::path> projectors;
  std::size_t models = 0;
  for (const auto& file : files) {
    const auto label = file_label(file);
    if (label.projector)
      projectors.push_back(file);
    else if (label.part == 1)
      ++models;
  }
  if (projectors.empty()) return {};
  if (one_family || models == 1) {
    // Projectors are small: prefer the exact F16 one where several lie there.
    const auto f16 = std::ranges::find_if(
        projectors, [](const auto& file) { return file_label(file).quantization == "F16"; });
    return f16 == projectors.end() ? projectors.front() : *f16;
  }
  // Among unrelated models the names have to agree: "mmproj-gemma-3-4b-F16" or "gemma-3-4b-mmproj" for
  // "gemma-3-4b-Q4_K_M".
  const auto stem = lower(file_label(model).stem);
  for (const auto& file : projectors) {
    auto name = lower(file_label(file).stem);
    if (name.starts_with("mmproj")) name.erase(0, std::min<std::size_t>(name.size(), 7));
    if (common_prefix(stem, name) >= 6 && common_prefix(stem, name) * 2 >= stem.size()) return file;
  }
  return {};
}

std::string name_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    const bool mark = (c == '.' || c == '_' || c == '-') && !out.empty() && !(c == '.' && out.back() == '.');
    if (plain || mark)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  out.resize(std::min<std::size_t>(out.size(), 80));
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace localscale::engine
