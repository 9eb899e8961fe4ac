#include "stub/small_answers.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include <nlohmann/json.hpp>

#include "stub/answer.hpp"

namespace localscale::stub {
namespace {

using net::Response;
using nlohmann::json;

constexpr std::size_t kDimensions = 16;

Response reply(unsigned status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.add("Server", "llama.cpp");
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  return response;
}

Response reply(const json& body) {
  return reply(200, body.dump());
}

Response not_supported(std::string_view what, std::string_view flag) {
  return reply(501, error_body(501, "not_supported_error",
                               "This server does not support " + std::string(what) + ". Start it with `" +
                                   std::string(flag) + "`"));
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63U];
    }
  }
  return out;
}

/// A vector that depends on the text and on nothing else.
std::array<float, kDimensions> embed(const std::string& text) {
  std::array<float, kDimensions> vector{};
  std::uint32_t state = 2166136261U;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 16777619U;
  for (auto& value : vector) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8) / 8388608.0F - 1.0F;
  }
  return vector;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Response embeddings(const json& body, const std::string& model) {
  const json input = body.contains("input") ? body["input"] : body.value("content", json(""));
  const json inputs =
      input.is_array() && !input.empty() && !input.front().is_number() ? input : json::array({input});
  const bool packed = body.value("encoding_format", "float") == "base64";
  json data = json::array();
  std::size_t tokens = 0;
  for (const json& one : inputs) {
    const auto vector = embed(text_of(one));
    tokens += text_of(one).size() / 4 + 1;
    json item{{"index", data.size()}, {"object", "embedding"}};
    if (packed) {
      item["embedding"] = base64({reinterpret_cast<const char*>(vector.data()), sizeof(vector)});
      item["encoding_format"] = "base64";
    } else {
      item["embedding"] = vector;
    }
    data.push_back(std::move(item));
  }
  return reply({{"model", body.value("model", model)},
                {"object", "list"},
                {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}},
                {"data", data}});
}

Response rerank(const json& body, const std::string& model) {
  json results = json::array();
  const json documents = body.value("documents", json::array());
  for (const json& document : documents) {
    results.push_back({{"index", results.size()}, {"relevance_score", embed(text_of(document))[0]}});
  }
  return reply({{"model", model},
                {"object", "list"},
                {"usage", {{"prompt_tokens", 8}, {"total_tokens", 8}}},
                {"results", results}});
}

/// A token is a byte.
Response tokenize(const json& body) {
  json tokens = json::array();
  for (const char c : body.value("content", "")) tokens.push_back(static_cast<unsigned char>(c));
  return reply({{"tokens", tokens}});
}

Response detokenize(const json& body) {
  std::string content;
  for (const json& token : body.value("tokens", json::array()))
    content += static_cast<char>(token.get<int>() & 0x7f);
  return reply({{"content", content}});
}

Response apply_template(const json& body) {
  std::string prompt;
  for (const json& message : body.value("messages", json::array())) {
    prompt += "<|" + message.value("role", "") + "|>\n" + text_of(message.value("content", json(""))) + "\n";
  }
  return reply({{"prompt", prompt + "<|assistant|>\n"}});
}

}  // namespace

Response SmallAnswers::answer(std::string_view path, std::string_view text) const {
  const json body = json::parse(text, nullptr, false);
  const bool is_object = body.is_object();
  const std::size_t tokens = text.size() / 4 + 1;
  if (path == "/v1/embeddings" || path == "/embeddings" || path == "/embedding") {
    if (!embeddings) return not_supported("embeddings", "--embeddings");
    if (is_object) return stub::embeddings(body, model);
  }
  if (path == "/v1/rerank" || path == "/rerank" || path == "/v1/reranking" || path == "/reranking") {
    if (!reranking) return not_supported("reranking", "--reranking");
    if (is_object) return rerank(body, model);
  }
  if (path == "/tokenize" && is_object) return tokenize(body);
  if (path == "/detokenize" && is_object) return detokenize(body);
  if (path == "/apply-template" && is_object) return apply_template(body);
  if (path == "/v1/messages/count_tokens") return reply({{"input_tokens", tokens}});
  if (path == "/v1/chat/completions/input_tokens" || path == "/v1/responses/input_tokens") {
    return reply({{"input_tokens", tokens}, {"object", "response.input_tokens"}});
  }
  if (path == "/slots") return reply(json::array());
  return reply(404, R"({"error":{"message":"File Not Found","type":"not_found_error","code":404}})");
}

}  // namespace localscale::stub
