#include "gateway/shape.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace localscale::gateway {
namespace {

using nlohmann::ordered_json;

struct TypeName {
  unsigned status;
  std::string_view openai;
  std::string_view anthropic;
};

constexpr std::array<TypeName, 14> type_names{{
    {400, "invalid_request_error", "invalid_request_error"},
    {401, "authentication_error", "authentication_error"},
    {403, "permission_error", "permission_error"},
    {404, "invalid_request_error", "not_found_error"},
    {405, "invalid_request_error", "invalid_request_error"},
    {408, "timeout_error", "timeout_error"},
    {409, "conflict_error", "invalid_request_error"},
    {413, "invalid_request_error", "request_too_large"},
    {429, "rate_limit_error", "rate_limit_error"},
    {500, "server_error", "api_error"},
    {501, "not_supported_error", "invalid_request_error"},
    {503, "unavailable_error", "overloaded_error"},
    {504, "timeout_error", "timeout_error"},
    {529, "unavailable_error", "overloaded_error"},
}};

const TypeName& type_name(unsigned status) {
  for (const TypeName& entry : type_names) {
    if (entry.status == status) return entry;
  }
  return status < 500 ? type_names[0] : type_names[9];
}

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json openai_error(const Problem& problem) {
  return {{"message", problem.message},
          {"type", std::string(type_name(problem.status).openai)},
          {"param", text_or_null(problem.param)},
          {"code", text_or_null(problem.code)}};
}

ordered_json anthropic_error(std::string_view type, std::string_view message, std::string_view request_id) {
  return {{"type", "error"},
          {"error", {{"type", std::string(type)}, {"message", std::string(message)}}},
          {"request_id", std::string(request_id)}};
}

ordered_json body_of(const Problem& problem, Shape shape, std::string_view request_id) {
  switch (shape) {
    case Shape::openai:
      return {{"error", openai_error(problem)}};
    case Shape::anthropic:
      return anthropic_error(type_name(problem.status).anthropic, problem.message, request_id);
    case Shape::ollama:
      return {{"error", problem.message}};
    case Shape::admin:
      return {
          {"schema", 1},
          {"error",
           {{"code", problem.code}, {"message", problem.message}, {"request_id", std::string(request_id)}}}};
  }
  return nullptr;
}

/// The error object of an engine's body; something else where the body cannot be read.
ordered_json error_in(std::string_view engine_body) {
  ordered_json json = ordered_json::parse(engine_body, nullptr, false);
  if (json.is_object() && json.contains("error")) return std::move(json.at("error"));
  return json;
}

std::string message_in(const ordered_json& engine_error) {
  const bool told =
      engine_error.is_object() && engine_error.contains("message") && engine_error.at("message").is_string();
  return told ? engine_error.at("message").get<std::string>()
              : "The engine refused the request without saying why.";
}

/// Anthropic says "busy" with 529; its SDK retries that.
unsigned status_in(Shape shape, unsigned status) {
  return shape == Shape::anthropic && status == 503 ? 529 : status;
}

unsigned status_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return 400;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
      return 409;
    case Errc::denied:
      return 403;
    case Errc::unavailable:
    case Errc::exhausted:
      return 503;
    case Errc::timeout:
      return 504;
    case Errc::cancelled:
      return 499;
    case Errc::corrupt:
      return 500;
    case Errc::unsupported:
      return 501;
    case Errc::internal:
      return 500;
  }
  return 500;
}

/// Asked with Anthropic's headers too, by proxies that add them to all they pass on.
bool is_openai_only(std::string_view path) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({"/v1/chat/", "/v1/completions", "/v1/embeddings", "/v1/responses"}),
      [path](std::string_view own) { return path.starts_with(own); });
}

}  // namespace

std::string_view name(Shape shape) {
  switch (shape) {
    case Shape::openai:
      return "openai";
    case Shape::anthropic:
      return "anthropic";
    case Shape::ollama:
      return "ollama";
    case Shape::admin:
      return "admin";
  }
  return "";
}

Shape shape_of(std::string_view path, const net::Headers& headers) {
  if (path.starts_with("/api/") || path == "/") return Shape::ollama;
  if (path.starts_with("/localscale/")) return Shape::admin;
  if (path.starts_with("/v1/messages")) return Shape::anthropic;
  if (is_openai_only(path)) return Shape::openai;
  if (path.starts_with("/v1/") && headers.has("anthropic-version")) return Shape::anthropic;
  if (path.starts_with("/v1/models") && headers.has("x-api-key")) return Shape::anthropic;
  return Shape::openai;
}

Problem make_problem(unsigned status, std::string code, std::string message) {
  Problem problem;
  problem.status = status;
  problem.message = std::move(message);
  problem.code = std::move(code);
  const bool later = status == 408 || status == 409 || status == 429;
  problem.retry_is_useless = (status < 500 && !later) || status == 501;
  return problem;
}

Problem problem_of(const Error& error) {
  Problem problem;
  problem.status = status_of(error.code);
  problem.message = error.message();
  problem.code = name(error.code);
  if (error.code == Errc::unavailable) problem.retry_after_s = 1;
  if (error.retry_after) problem.retry_after_s = static_cast<unsigned>(error.retry_after->count());
  // A model that does not fit or a broken file will not do better a second later.
  const bool lasting =
      error.code == Errc::exhausted || error.code == Errc::corrupt || error.code == Errc::unsupported;
  problem.retry_is_useless = lasting && !error.retry_after;
  return problem;
}

net::Response render(const Problem& problem, Shape shape, std::string_view request_id) {
  net::Response response;
  response.status = status_in(shape, problem.status);
  response.headers.set("Content-Type", "application/json");
  if (problem.retry_after_s) response.headers.set("Retry-After", std::to_string(*problem.retry_after_s));
  if (!problem.allow.empty()) response.headers.set("Allow", problem.allow);
  if (problem.retry_is_useless) response.headers.set("x-should-retry", "false");
  response.body = dump(body_of(problem, shape, request_id));
  return response;
}

std::string render_event(const Problem& problem, Shape shape, std::string_view path,
                         std::string_view request_id) {
  if (shape == Shape::anthropic) {
    Problem shown = problem;
    shown.status = status_in(shape, problem.status);
    return "event: error\ndata: " + dump(body_of(shown, shape, request_id)) + "\n\n";
  }
  if (path == "/v1/responses") {
    const ordered_json event = {{"type", "error"},
                                {"code", text_or_null(problem.code)},
                                {"message", problem.message},
                                {"param", nullptr},
                                {"error", openai_error(problem)}};
    return "event: error\ndata: " + dump(event) + "\n\n";
  }
  return "data: " + dump(body_of(problem, shape, request_id)) + "\n\n";
}

std::string openai_error_from_engine(unsigned status, std::string_view engine_body) {
  ordered_json given = error_in(engine_body);
  Problem general = make_problem(status, "", message_in(given));
  if (given.is_object() && given.value("type", ordered_json()) == "exceed_context_size_error")
    general.code = "context_length_exceeded";
  ordered_json error = openai_error(general);
  if (given.is_object()) {
    if (given.contains("code") && !given.at("code").is_string())
      given.erase("code");  // The status once more.
    error.update(given);
  }
  return dump({{"error", std::move(error)}});
}

std::string anthropic_error_from_engine(unsigned status, std::string_view engine_body,
                                        std::string_view request_id) {
  return dump(anthropic_error(type_name(status_in(Shape::anthropic, status)).anthropic,
                              message_in(error_in(engine_body)), request_id));
}

}  // namespace localscale::gateway
