#include "engine/catalog.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "store/memory_model_store.hpp"
#include "tests/support/gguf_builder.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::engine {
namespace {

namespace fs = std::filesystem;
using tests::GgufBuilder;
using tests::tiny_model;

constexpr auto digest_a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr auto digest_b = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

void write_model(const fs::path& path, const GgufBuilder& model = tiny_model()) {
  fs::create_directories(path.parent_path());
  model.write(path);
}

GgufBuilder projector() {
  return GgufBuilder().text("general.architecture", "clip").tensor("v.patch", {32});
}

/// As llama-gguf-split writes all parts but the first: nothing but tensors and the part's number.
GgufBuilder later_part(std::uint32_t number, std::uint32_t count) {
  return GgufBuilder().number("split.no", number).number("split.count", count).tensor("x", {32, 10});
}

class CatalogTest : public testing::Test {
 protected:
  FileCatalog catalog(std::vector<ScanRoot> roots = {}) {
    return {names_, folder_.path() / "blobs", std::move(roots)};
  }

  void own(const std::string& name, const std::string& digest) {
    write_model(folder_.path() / "blobs" / ("sha256-" + digest));
    ASSERT_TRUE(names_.put({name, {}, 1, {{store::FileRole::model, "sha256:" + digest, 1, {}}}}));
  }

  static std::vector<std::string> names_of(FileCatalog& catalog) {
    std::vector<std::string> out;
    for (const auto& model : catalog.list()) out.push_back(model.name);
    std::ranges::sort(out);
    return out;
  }

  tests::TemporaryFolder folder_;
  store::MemoryModelStore names_;
};

TEST_F(CatalogTest, FindsFolderFilesWithPartsAndProjectors) {
  const auto root = folder_.path() / "models";
  write_model(root / "gemma-3-4b-it-Q4_K_M.gguf");
  write_model(root / "mmproj-gemma-3-4b-it-F16.gguf", projector());
  write_model(root / "other model.gguf");
  auto first = tiny_model();
  first.number("split.count", 2).number("split.no", 0);
  write_model(root / "deep" / "big-00001-of-00002.gguf", first);
  write_model(root / "deep" / "big-00002-of-00002.gguf", later_part(1, 2));
  auto found = catalog({{root, Source::folder}});
  EXPECT_EQ(names_of(found),
            (std::vector<std::string>{"big:latest", "gemma-3-4b-it-Q4_K_M:latest", "other-model:latest"}));
  const auto gemma = found.find("gemma-3-4b-it-Q4_K_M");
  ASSERT_TRUE(gemma) << gemma.error().message();
  EXPECT_EQ(gemma->projector.filename(), "mmproj-gemma-3-4b-it-F16.gguf");
  EXPECT_NE(std::ranges::find(gemma->capabilities, Capability::vision), gemma->capabilities.end());
  EXPECT_TRUE(found.find("other-model:latest")->projector.empty());
  EXPECT_GT(found.find("big")->bytes, fs::file_size(root / "deep" / "big-00001-of-00002.gguf"));
  EXPECT_TRUE(found.problems().empty());
}

TEST_F(CatalogTest, FindsOllamaManifestsAndTheirLayers) {
  const auto root = folder_.path() / "ollama";
  const auto manifest =
      std::string(R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:)") +
      digest_a + R"("},{"mediaType":"application/vnd.ollama.image.system","digest":"sha256:)" + digest_b +
      R"("}]})";
  write_text(root / "manifests/registry.ollama.ai/library/llama3.2/1b", manifest);
  write_text(root / "manifests/hf.co/org/repo/Q4_K_M", manifest);
  write_text(root / "manifests/registry.ollama.ai/library/cloud/latest", R"({"layers":[]})");
  write_text(
      root / "manifests/registry.ollama.ai/library/evil/latest",
      R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:../../etc/passwd"}]})");
  write_text(root / "manifests/registry.ollama.ai/library/broken/latest", "[[[");
  write_model(root / "blobs" / (std::string("sha256-") + digest_a));
  write_text(root / "blobs" / (std::string("sha256-") + digest_b), "Be brief.");
  auto found = catalog({{root, Source::ollama}});
  EXPECT_EQ(names_of(found), (std::vector<std::string>{"hf.co/org/repo:Q4_K_M", "llama3.2:1b"}));
  const auto model = found.find("llama3.2:1b");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->digest, std::string("sha256:") + digest_a);
  EXPECT_EQ(model->system, "Be brief.");
  EXPECT_EQ(found.problems().size(), 3U);
  ASSERT_TRUE(found.copy("llama3.2:1b", "brief", WhenTaken::replace));
  EXPECT_EQ(found.find("brief")->system, "Be brief.");
}

TEST_F(CatalogTest, FindsTheHuggingFaceCache) {
  const auto root = folder_.path() / "hub";
  const auto repository = root / "models--org--Small-GGUF";
  const auto revision = std::string(40, 'c');
  write_model(repository / "blobs" / digest_a);
  write_text(repository / "refs" / "main", revision + "\n");
  fs::create_directories(repository / "snapshots" / revision);
  fs::create_symlink(fs::path("../../blobs") / digest_a,
                     repository / "snapshots" / revision / "small-q4_k_m.gguf");
  write_model(repository / "snapshots" / revision / "mmproj-F16.gguf", projector());
  write_model(repository / "snapshots" / std::string(40, 'd') / "old-Q8_0.gguf");
  auto found = catalog({{root, Source::huggingface}});
  EXPECT_EQ(names_of(found), std::vector<std::string>{"hf.co/org/Small-GGUF:Q4_K_M"});
  const auto model = found.find("hf.co/org/small-gguf");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->digest, std::string("sha256:") + digest_a);
  EXPECT_FALSE(model->projector.empty());
}

TEST_F(CatalogTest, FindsTheLlamaCache) {
  const auto root = folder_.path() / "llama.cpp";
  write_model(root / "org_repo_x-Q4_0.gguf");
  write_model(root / "loose.gguf");
  write_text(root / "manifest=org=repo=Q4_0.json", R"({"ggufFile":{"rfilename":"x-Q4_0.gguf"}})");
  auto found = catalog({{root, Source::llama_cache}});
  EXPECT_EQ(names_of(found), (std::vector<std::string>{"hf.co/org/repo:Q4_0", "loose:latest"}));
}

TEST_F(CatalogTest, ADamagedFileIsReportedAndListedNowhere) {
  const auto root = folder_.path() / "models";
  write_text(root / "bad.gguf", "GGUF????");
  auto found = catalog({{root, Source::folder}});
  EXPECT_TRUE(found.list().empty());
  const auto problems = found.problems();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].error.what.find("bad.gguf"), std::string::npos);
  EXPECT_EQ(problems[0].name, "bad:latest");
  EXPECT_EQ(found.find("bad").error().what, problems[0].error.what);
}

TEST_F(CatalogTest, TellsFoldersOfTheOwnerThatCannotBeUsedAndNoOthers) {
  const auto root = folder_.path();
  write_text(root / "file", "x");
  fs::create_symlink("loop", root / "loop");
  auto found = catalog({{root / "file", Source::folder},
                        {root / "loop", Source::folder},
                        {root / "missing", Source::folder},
                        {root / "none", Source::shipped},
                        {root / "none", Source::ollama},
                        {root / "none", Source::huggingface},
                        {root / "none", Source::llama_cache}});
  const auto problems = found.problems();
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].error.what, "The models folder " + (root / "file").string() + " is no folder.");
  EXPECT_EQ(problems[1].file, root / "loop");
  EXPECT_EQ(problems[2].error.what, "The models folder " + (root / "missing").string() +
                                        " was missing, or no folder, when the home started.");
}

TEST_F(CatalogTest, ADamagedOrMissingPartIsToldWithItsFileUnderTheNameOfTheModel) {
  const auto root = folder_.path() / "models";
  auto first = tiny_model();
  first.number("split.count", 3).number("split.no", 0);
  const auto part = later_part(2, 3);
  write_model(root / "big-00001-of-00003.gguf", first);
  write_text(root / "big-00002-of-00003.gguf", "GGUF????");
  write_model(root / "big-00003-of-00003.gguf", part);
  for (const auto* file : {"headless-00002-of-00003.gguf", "headless-00003-of-00003.gguf"})
    write_model(root / file, part);
  auto found = catalog({{root, Source::folder}});
  EXPECT_TRUE(found.list().empty());
  const auto problems = found.problems();
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].name, "big:latest");
  EXPECT_NE(problems[0].error.what.find("'big:latest': "), std::string::npos) << problems[0].error.what;
  EXPECT_NE(problems[0].error.what.find("big-00002-of-00003.gguf"), std::string::npos);
  EXPECT_EQ(problems[1].name, "headless:latest");
  EXPECT_NE(problems[1].error.what.find("headless-00001-of-00003.gguf"), std::string::npos);
  EXPECT_EQ(found.find("headless").error().what, problems[1].error.what);
}

TEST_F(CatalogTest, ASplitModelOfOurStoreHasItsBlobsAsParts) {
  const auto blobs = folder_.path() / "blobs";
  auto first = tiny_model();
  write_model(blobs / (std::string("sha256-") + digest_a),
              first.number("split.count", 2).number("split.no", 0));
  write_model(blobs / (std::string("sha256-") + digest_b), later_part(1, 2));
  store::NamedModel named{"hf.co/org/repo:Q4_K_M", {}, 1, {}};
  for (const auto* digest : {digest_a, digest_b})
    named.files.push_back({store::FileRole::model, std::string("sha256:") + digest, 1, {}});
  auto found = catalog();
  ASSERT_TRUE(found.add(named));
  const auto model = found.find("hf.co/org/repo:Q4_K_M");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->path, blobs / (std::string("sha256-") + digest_a));
  EXPECT_EQ(model->more_parts, (std::vector{blobs / (std::string("sha256-") + digest_b)}));
  EXPECT_EQ(model->bytes, fs::file_size(model->path) + fs::file_size(model->more_parts[0]));
  ASSERT_TRUE(found.copy("hf.co/org/repo:Q4_K_M", "big", WhenTaken::replace));
  ASSERT_TRUE(found.remove("hf.co/org/repo:Q4_K_M"));
  EXPECT_EQ(found.find("big")->more_parts.size(), 1U);
  ASSERT_TRUE(found.remove("big"));
  EXPECT_TRUE(fs::is_empty(blobs));
}

TEST_F(CatalogTest, OurOwnNameWinsAndPlainNamesMeanLatest) {
  own("seedling:latest", digest_a);
  write_model(folder_.path() / "shipped" / "seedling.gguf");
  auto found = catalog({{folder_.path() / "shipped", Source::shipped}});
  EXPECT_EQ(found.find("seedling")->source, Source::own);
  EXPECT_EQ(found.find("seedling:latest")->source, Source::own);
  EXPECT_EQ(found.list().size(), 1U);
}

TEST_F(CatalogTest, TakesDigestsAndUnambiguousPrefixes) {
  own("a:latest", digest_a);
  own("b:latest", digest_b);
  auto found = catalog();
  EXPECT_EQ(found.find(std::string("sha256:") + digest_b)->name, "b:latest");
  EXPECT_EQ(found.find(std::string(digest_b).substr(0, 12))->name, "b:latest");
  EXPECT_EQ(found.find("sha256:cccccccccccc").error().code, Errc::not_found);
}

TEST_F(CatalogTest, RemovesAFileOnlyWithItsLastName) {
  own("a:latest", digest_a);
  auto found = catalog();
  ASSERT_TRUE(found.copy("a", "b:v2", WhenTaken::replace));
  const auto blob = folder_.path() / "blobs" / (std::string("sha256-") + digest_a);
  ASSERT_TRUE(found.remove("a"));
  EXPECT_TRUE(fs::exists(blob));
  EXPECT_EQ(found.find("a").error().code, Errc::not_found);
  ASSERT_TRUE(found.find("b:v2"));
  ASSERT_TRUE(found.remove("b:v2"));
  EXPECT_FALSE(fs::exists(blob));
  EXPECT_EQ(found.remove("b:v2").error().code, Errc::not_found);
}

TEST_F(CatalogTest, RemovesTheOldFileWhenANameIsGivenANewOne) {
  own("a:latest", digest_a);
  own("b:latest", digest_b);
  auto found = catalog();
  ASSERT_TRUE(found.copy("b", "a", WhenTaken::replace));
  EXPECT_FALSE(fs::exists(folder_.path() / "blobs" / (std::string("sha256-") + digest_a)));
  EXPECT_EQ(found.find("a")->digest, std::string("sha256:") + digest_b);
}

TEST_F(CatalogTest, ANameThatIsInUseIsOnlyTakenAwayOnRequest) {
  own("a:latest", digest_a);
  own("b:latest", digest_b);
  write_model(folder_.path() / "models" / "x.gguf");
  auto found = catalog({{folder_.path() / "models", Source::folder}});
  const auto ours = found.copy("b", "a", WhenTaken::refuse);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, Errc::conflict);
  EXPECT_NE(ours.error().message().find("`localscale rm a:latest`"), std::string::npos);
  EXPECT_EQ(found.find("a")->digest, std::string("sha256:") + digest_a);
  const auto theirs = found.copy("b", "x", WhenTaken::refuse);
  ASSERT_FALSE(theirs);
  EXPECT_NE(theirs.error().message().find("one of your own folders"), std::string::npos);
  EXPECT_TRUE(found.copy("b", "c", WhenTaken::refuse));
}

TEST_F(CatalogTest, NeverRemovesAnotherToolsFile) {
  const auto file = folder_.path() / "models" / "x.gguf";
  write_model(file);
  auto found = catalog({{folder_.path() / "models", Source::folder}});
  EXPECT_EQ(found.remove("x").error().code, Errc::denied);
  ASSERT_TRUE(found.copy("x", "y", WhenTaken::replace));
  ASSERT_TRUE(found.find("y"));
  ASSERT_TRUE(found.remove("y"));
  EXPECT_TRUE(fs::exists(file));
}

TEST_F(CatalogTest, AMissingFileIsToldWithWhatItsOwnerCanDo) {
  const auto root = folder_.path() / "ollama";
  write_text(
      root / "manifests/registry.ollama.ai/library/theirs/latest",
      std::string(R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:)") +
          digest_b + R"("}]})");
  own("ours:latest", digest_a);
  fs::remove(folder_.path() / "blobs" / (std::string("sha256-") + digest_a));
  auto found = catalog({{root, Source::ollama}});
  EXPECT_NE(found.find("ours").error().next.find("`localscale rm ours:latest`"), std::string::npos);
  EXPECT_EQ(found.find("theirs").error().next, "Put it back, or remove the model from Ollama's store.");
}

TEST_F(CatalogTest, NoticesNewAndVanishedFiles) {
  const auto root = folder_.path() / "models";
  auto found = catalog({{root, Source::folder}});
  EXPECT_TRUE(found.list().empty());
  EXPECT_EQ(found.problems().size(), 1U);
  write_model(root / "x.gguf");
  EXPECT_TRUE(found.find("x"));
  EXPECT_TRUE(found.problems().empty());
  ASSERT_TRUE(found.find("x"));
  fs::remove(root / "x.gguf");
  EXPECT_EQ(found.find("x").error().code, Errc::not_found);
}

/// Waits until nothing counts as just changed any more, then looks at all once.
void settle(FileCatalog& catalog) {
  std::this_thread::sleep_for(std::chrono::milliseconds(2'200));
  (void)catalog.entry("look-now");
}

TEST_F(CatalogTest, NoticesFilesThatAreMendedWhereTheyLie) {
  const auto root = folder_.path() / "models";
  write_model(root / "whole.gguf");
  write_text(root / "mended.gguf", std::string(fs::file_size(root / "whole.gguf"), 'x'));
  write_text(root / "copied.gguf", "GGUF");
  auto found = catalog({{root, Source::folder}});
  settle(found);
  ASSERT_FALSE(found.find("mended"));
  // As a tool that keeps size and time does: only the file system knows.
  const auto before = fs::last_write_time(root / "mended.gguf");
  write_model(root / "mended.gguf");
  fs::last_write_time(root / "mended.gguf", before);
  EXPECT_TRUE(found.find("mended"));
  write_model(root / "copied.gguf");
  EXPECT_TRUE(found.find("copied"));
  EXPECT_TRUE(found.problems().empty());
}

TEST_F(CatalogTest, NoticesAnOfferedFileThatIsDamagedWhereItLies) {
  const auto root = folder_.path() / "models";
  write_model(root / "x.gguf");
  auto found = catalog({{root, Source::folder}});
  settle(found);
  ASSERT_EQ(found.list().size(), 1U);
  write_text(root / "x.gguf", "GGUF");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  EXPECT_TRUE(found.list().empty());
  EXPECT_EQ(found.problems().size(), 1U);
}

}  // namespace
}  // namespace localscale::engine
