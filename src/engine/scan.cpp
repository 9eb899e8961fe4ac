#include "engine/scan.hpp"

#include "core/models/model_name.hpp"
#include "engine/scan_files.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;
namespace {

/// What is wrong with a folder of [models] folders. The house sees only what was a folder when the home
/// started.
Error unusable(const fs::path& folder, std::error_code why) {
  const std::string subject = "The models folder " + folder.string();
  if (why == std::errc::permission_denied) {
    return {Errc::denied, subject + " can't be read: " + why.message() + ".",
            "Let everybody read it: chmod o+rx; or take it out of [models] folders."};
  }
  if (why == std::errc::not_a_directory) {
    return {Errc::invalid_argument, subject + " is no folder.",
            "Put the folder that the models lie in into [models] folders."};
  }
  if (why == std::errc::no_such_file_or_directory) {
    return {Errc::not_found, subject + " was missing, or no folder, when the home started.",
            "Make it or correct [models] folders, then: localscale down; localscale up"};
  }
  return {Errc::unavailable, subject + " can't be read: " + why.message() + ".",
          "Mend it, or take it out of [models] folders."};
}

}  // namespace

void scan(const ScanRoot& root, Scan& out) {
  switch (root.source) {
    case Source::ollama:
      return scan_ollama(root, out);
    case Source::huggingface:
      return scan_huggingface(root, out);
    case Source::llama_cache:
      return scan_llama_cache(root, out);
    case Source::own:
      return;
    case Source::shipped:
    case Source::folder:
      return scan_folder(root, out);
  }
}

void scan_folder(const ScanRoot& root, Scan& out) {
  std::error_code failed;
  const fs::directory_iterator opened(root.path, failed);
  if (failed && root.source == Source::folder)
    out.problems.push_back({root.path, unusable(root.path, failed)});
  for (const auto& group : gguf_files(root.path, max_scan_depth, out)) {
    for (const auto& file : model_files(group)) {
      const auto name = name_part(file_label(file).stem);
      if (name.empty()) continue;
      out.found.push_back(
          {name + ":latest", file, projector_for(file, group, false), {}, {}, {}, root.source});
    }
  }
}

}  // namespace localscale::engine
