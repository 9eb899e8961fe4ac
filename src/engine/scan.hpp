#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/file_stamp.hpp"
#include "engine/library.hpp"

/// Finds model files in the layouts of other tools. Reads only; every walk is bounded.
namespace localscale::engine {

/// A folder to look in, and how its files are laid out.
struct ScanRoot {
  std::filesystem::path path;
  Source source = Source::folder;  ///< Any but `own`.
};

/// A model file by name; its header has not been read yet.
struct Found {
  std::string name;
  std::filesystem::path file;
  std::filesystem::path projector;
  std::string digest;
  std::string system;
  std::string license;
  Source source = Source::folder;
  std::vector<std::filesystem::path> more_parts{};  ///< Of a split model whose file name does not tell them.
  std::filesystem::path system_file{};  ///< Where `system` and `license` were read; empty if they were not.
  std::filesystem::path license_file{};
};

/// What was looked at, there or not: when its stamp changes, it is time to look again.
struct Seen {
  std::filesystem::path path;
  StampResult stamp;
};

struct Scan {
  std::vector<Found> found;
  std::vector<Problem> problems;
  std::vector<Seen> folders;
  std::uint64_t entries = 0;  ///< Directory entries looked at, over all roots.
};

constexpr std::uint64_t max_scan_entries = 200'000;
constexpr int max_scan_depth = 6;

/// Appends what lies below `root`. Only a folder that the owner named has to be there.
void scan(const ScanRoot& root, Scan& out);

// One layout each.
void scan_folder(const ScanRoot& root, Scan& out);
void scan_ollama(const ScanRoot& root, Scan& out);
void scan_huggingface(const ScanRoot& root, Scan& out);
void scan_llama_cache(const ScanRoot& root, Scan& out);

}  // namespace localscale::engine
