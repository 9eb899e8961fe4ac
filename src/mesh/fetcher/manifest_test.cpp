#include <gtest/gtest.h>

#include "mesh/fetcher/hf_listing.hpp"
#include "mesh/fetcher/json_guard.hpp"
#include "mesh/fetcher/ollama_manifest.hpp"

namespace localscale::mesh::fetcher {
namespace {

const std::string digest_a = "sha256:" + std::string(64, 'a');

core::ModelName name_of(std::string_view text) {
  return *core::parse_model_name(text);
}

HfFile file(std::string path) {
  return {std::move(path), digest_a, 10};
}

std::vector<std::string> chosen(const std::string& tag, const std::vector<HfFile>& files) {
  const auto model = choose_hf_files(name_of("hf.co/o/r" + (tag.empty() ? "" : ":" + tag)), files);
  std::vector<std::string> paths;
  if (!model) return {std::string(name(model.error().code))};
  for (const auto& one : model->files)
    paths.push_back(one.path.substr(std::string("/o/r/resolve/main/").size()));
  return paths;
}

using Paths = std::vector<std::string>;

TEST(OllamaManifest, LayersBecomeFilesWithTheirRoles) {
  const auto model = parse_ollama_manifest(
      name_of("llama3.2:1b"), R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":")" +
                                  digest_a + R"(","size":5},{"mediaType":"x","digest":"sha256:)" +
                                  std::string(64, 'b') + R"(","size":1}]})");
  ASSERT_TRUE(model.has_value());
  ASSERT_EQ(model->files.size(), 2U);
  EXPECT_EQ(model->files[0], (FileRef{Role::model, digest_a, 5, "/v2/library/llama3.2/blobs/" + digest_a}));
  EXPECT_EQ(model->files[1].role, Role::other);
  EXPECT_EQ(ollama_manifest_path(name_of("llama3.2:1b")), "/v2/library/llama3.2/manifests/1b");
}

TEST(OllamaManifest, HostileTextIsCorruptNotACrash) {
  for (const std::string text : {"", "{", "[]", "null", "{\"layers\":3}", "{\"layers\":[null]}",
                                 "{\"layers\":[{\"digest\":\"sha256:..\",\"size\":1}]}"}) {
    const auto model = parse_ollama_manifest(name_of("m"), text);
    ASSERT_FALSE(model.has_value()) << text;
    EXPECT_EQ(model.error().code, Errc::corrupt) << text;
  }
  EXPECT_FALSE(parse_ollama_manifest(name_of("m"), std::string(100'000, '[')).has_value());
}

TEST(JsonGuard, CountsDepthOutsideStringsOnly) {
  EXPECT_TRUE(depth_within(R"({"a":"[[[[[[\"[[["})", 1));
  EXPECT_FALSE(depth_within("[[[]]]", 2));
}

TEST(HfListing, LatestPrefersQ4KMThenOthers) {
  EXPECT_EQ(chosen("", {file("m-Q8_0.gguf"), file("m-Q4_K_M.gguf")}), (Paths{"m-Q4_K_M.gguf"}));
  EXPECT_EQ(chosen("", {file("m-Q8_0.gguf"), file("m-F16.gguf")}), (Paths{"m-Q8_0.gguf"}));
  EXPECT_EQ(chosen("", {file("b-F16.gguf"), file("a-F32.gguf")}), (Paths{"a-F32.gguf"}));
}

TEST(HfListing, AQuantizationIsAWholeWordInAnyCase) {
  const std::vector<HfFile> files{file("m-IQ4_XS.gguf"), file("m.q4_k_m.gguf"), file("m-Q4_K_S.gguf")};
  EXPECT_EQ(chosen("Q4_K_M", files), (Paths{"m.q4_k_m.gguf"}));
  EXPECT_EQ(chosen("Q4_K", files), (Paths{"not_found"}));
  EXPECT_EQ(chosen("Q4_XS", files), (Paths{"not_found"}));
}

TEST(HfListing, AnExactFileNameWins) {
  EXPECT_EQ(chosen("special-name.gguf", {file("sub/special-name.gguf"), file("m-Q4_K_M.gguf")}),
            (Paths{"sub/special-name.gguf"}));
}

TEST(HfListing, SplitFilesComeCompleteAndInOrder) {
  EXPECT_EQ(
      chosen("Q8_0", {file("Q8_0/m-Q8_0-00002-of-00002.gguf"), file("Q8_0/m-Q8_0-00001-of-00002.gguf")}),
      (Paths{"Q8_0/m-Q8_0-00001-of-00002.gguf", "Q8_0/m-Q8_0-00002-of-00002.gguf"}));
  EXPECT_EQ(chosen("Q8_0", {file("m-Q8_0-00001-of-00002.gguf")}), (Paths{"corrupt"}));
}

TEST(HfListing, AProjectorComesAlongAndIsNeverTheModel) {
  EXPECT_EQ(chosen("F16", {file("mmproj-m-F16.gguf"), file("m-F16.gguf"), file("imatrix.gguf")}),
            (Paths{"m-F16.gguf", "mmproj-m-F16.gguf"}));
}

TEST(HfListing, OnlySaneGgufFilesOfLfsAreTaken) {
  std::vector<HfFile> files;
  const std::string lfs = R"("lfs":{"oid":")" + std::string(64, 'a') + R"(","size":3})";
  const std::string text =
      R"([{"type":"file","path":"a b.gguf",)" + lfs + R"(},{"type":"file","path":"../x.gguf",)" + lfs +
      R"(},{"type":"file","path":"plain.gguf"},{"type":"directory","path":"d.gguf"},7,)" +
      R"({"type":"file","path":"README.md",)" + lfs + "}]";
  ASSERT_TRUE(parse_hf_listing(name_of("hf.co/o/r"), text, files));
  EXPECT_EQ(files, (std::vector<HfFile>{{"a b.gguf", digest_a, 3}}));
  EXPECT_EQ(choose_hf_files(name_of("hf.co/o/r"), files)->files[0].path, "/o/r/resolve/main/a%20b.gguf");
}

TEST(HfListing, TheNextPageMustBeAtTheSameRegistry) {
  EXPECT_EQ(next_page(R"(<https://h/api?cursor=x>; rel="next")", "https://h"), "/api?cursor=x");
  EXPECT_EQ(next_page(R"(<https://h/a>; rel="prev", <https://h/b>; rel="next")", "https://h"), "/b");
  EXPECT_EQ(next_page(R"(<https://elsewhere/api>; rel="next")", "https://h"), "");
  EXPECT_EQ(next_page("rel=\"next\"", "https://h"), "");
}

}  // namespace
}  // namespace localscale::mesh::fetcher
