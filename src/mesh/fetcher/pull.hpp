#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/error.hpp"
#include "core/models/model_name.hpp"
#include "mesh/fetcher/blob_download.hpp"
#include "mesh/fetcher/progress.hpp"

namespace localscale::mesh::fetcher {

/// What all pulls of the process share. Thread-safe.
struct Common {
  const Registries& registries;
  const RetryPolicy& policy;
  BlobStore& store;
  RateCap& cap;
  std::uint32_t connections;
  std::string release_url = {};  ///< Where to look for newer releases; empty: nowhere.
};

struct PulledModel {
  std::string name;  ///< Canonical: what clients see.
  ModelFiles files;
};

/// Downloads one model: manifest or listing, then file by file. Blocks; one thread a pull.
class Pull {
 public:
  using OnStatus = std::function<void(const Status&)>;

  /// `have`: digests that the house has elsewhere and that need no download.
  Pull(const Common& common, std::string name, std::set<std::string> have, const Cancel& cancel,
       OnStatus on_status)
      : common_(common),
        text_(std::move(name)),
        have_(std::move(have)),
        cancel_(cancel),
        on_status_(std::move(on_status)) {}

  /// Errors say what was kept.
  Result<PulledModel> run();

 private:
  Result<void> fetch_file(Session& session, const FileRef& file, const std::string& name);
  Result<void> check_space(const ModelFiles& model) const;
  [[nodiscard]] bool present(const FileRef& file) const;
  void report(Status status);
  void report_file(const FileRef& file, std::uint64_t completed_bytes);
  [[nodiscard]] Error with_kept(Error error, const std::string& name, const ModelFiles* model) const;

  const Common& common_;
  std::string text_;
  std::set<std::string> have_;
  const Cancel& cancel_;
  OnStatus on_status_;
  ProgressFilter filter_;
};

}  // namespace localscale::mesh::fetcher
