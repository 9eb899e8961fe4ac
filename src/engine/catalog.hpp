#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/library.hpp"
#include "engine/scan.hpp"
#include "store/model_store.hpp"

namespace localscale::engine {

/// Whose store a model lies in, in words: "Ollama's store".
std::string_view owner_of(Source source);

/// The models of our own store and of the folders that other tools keep. Where two have the same name the
/// first wins: our own, then the roots in their order. Headers are read once per file and kept by its stamp;
/// all is looked at again when the stamp of a folder or file changes. Never writes outside our own store.
/// House's executor only; `names` outlives it.
class FileCatalog final : public Library {
 public:
  /// `blobs` is our own store's folder of files named sha256-HEX.
  FileCatalog(store::ModelStore& names, std::filesystem::path blobs, std::vector<ScanRoot> roots);

  [[nodiscard]] std::vector<Model> list() override;
  [[nodiscard]] Result<Model> find(std::string_view name) override;
  [[nodiscard]] Result<LibraryModel> entry(std::string_view name) override;
  [[nodiscard]] std::vector<Problem> problems() override;
  Result<void> copy(std::string_view from, std::string_view to, WhenTaken taken) override;
  Result<void> remove(std::string_view name) override;

  /// Puts a name into our own store, as after a pull; replaces it.
  Result<void> add(const store::NamedModel& model);
  /// As add, for a model whose files just came; conflict if one of them is gone already.
  Result<void> add_pulled(const store::NamedModel& model);

 private:
  static constexpr std::string_view digest_scheme = "sha256:";

  struct Header {
    FileStamp stamp;
    Result<ModelFacts> facts;
    bool needed = true;  ///< By what the last scan found.
  };

  enum class Look { when_due, now };
  void refresh(Look look);
  [[nodiscard]] bool anything_changed() const;
  void rescan();
  /// Each file once, until it is mended.
  void log_new_problems();
  void offer(const Found& found, std::int64_t modified_unix_s);
  [[nodiscard]] Result<LibraryModel> describe(const Found& found);
  Result<ModelFacts> header(const std::filesystem::path& file);
  Result<ModelFacts> add_parts(ModelFacts first, const Found& found, Model& model);
  [[nodiscard]] const LibraryModel* lookup(std::string_view name) const;
  [[nodiscard]] Result<const LibraryModel*> lookup_digest(std::string_view digits) const;
  [[nodiscard]] Result<void> refuse_taken(const std::string& name,
                                          const std::vector<store::NamedModel>& own) const;
  [[nodiscard]] Found found_of(const store::NamedModel& named) const;
  [[nodiscard]] std::filesystem::path blob(std::string_view digest) const;
  Result<void> delete_unused(const store::NamedModel& removed);

  store::ModelStore& names_;
  std::filesystem::path blobs_;
  std::vector<ScanRoot> roots_;

  std::map<std::string, LibraryModel, std::less<>> models_;
  std::vector<Problem> problems_;
  std::set<std::filesystem::path> logged_problems_;
  std::vector<Seen> seen_;  ///< Folders, missing files and files with problems.
  std::map<std::filesystem::path, Header> headers_;
  std::chrono::steady_clock::time_point next_look_;
  bool stale_ = true;
};

}  // namespace localscale::engine
