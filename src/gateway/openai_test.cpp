#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using testing::Script;
using ::testing::StartsWith;
using testing::TestHome;

constexpr std::string_view chat = "/v1/chat/completions";

Script events(std::vector<std::string> pieces) {
  Script script;
  script.type = "text/event-stream";
  script.sized = false;
  script.pieces = std::move(pieces);
  return script;
}

TEST(OpenAi, AChatReachesTheEngineByteForByteAndItsAnswerTheClient) {
  TestHome home;
  Script script;
  script.pieces = {R"({"choices":[],"unknown_field":7})"};
  home.engines.scripts.push_back(script);
  const std::string body = "{ \"model\" : \"tiny\",\n \"new_field\":[1,2.50], \"messages\":[]}";
  const Got got = home.post(chat, body);
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.body, script.pieces[0]);
  EXPECT_FALSE(got.streamed);
  ASSERT_EQ(home.engines.seen.size(), 1U);
  EXPECT_EQ(home.engines.seen[0].body, body);
  EXPECT_EQ(home.engines.seen[0].target, chat);
  EXPECT_EQ(got.headers.get("x-request-id"), "req-1");
  EXPECT_EQ(home.engines.open_leases, 0);
}

TEST(OpenAi, AStreamIsRelayedRaw) {
  TestHome home;
  home.engines.scripts.push_back(events({"data: {\"a\":1}\n\n", "data: {\"b\":2}\n\ndata: [DONE]\n\n"}));
  const Got got = home.post(chat, R"({"model":"tiny:latest","stream":true})");
  EXPECT_TRUE(got.streamed);
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.headers.get("Content-Type"), "text/event-stream");
  EXPECT_EQ(got.body, "data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n");
}

TEST(OpenAi, AnEngineThatDiesInAStreamGivesAnErrorEventAfterWholeEventsAndACleanEnd) {
  TestHome home;
  Script script = events({"data: {\"a\":1}\n\n", "data: {\"cut"});
  script.dies_after_pieces = true;
  home.engines.scripts.push_back(script);
  const Got got = home.post(chat, R"({"model":"tiny","stream":true})");
  EXPECT_TRUE(got.ended);
  ASSERT_THAT(got.body, StartsWith("data: {\"a\":1}\n\ndata: {\"error\":"));
  const json error = json::parse(got.body.substr(got.body.rfind("data: ") + 6));
  EXPECT_EQ(error["error"]["code"], "engine_lost");
  EXPECT_THAT(error["error"]["message"].get<std::string>(), HasSubstr("killed"));
  EXPECT_EQ(home.engines.open_leases, 0);
}

TEST(OpenAi, AnEngineThatDiesBeforeItsFirstByteGives503WithRetryAfter) {
  TestHome home;
  Script script;
  script.dies_before_head = true;
  home.engines.scripts.push_back(script);
  const Got got = home.post(chat, R"({"model":"tiny"})");
  EXPECT_EQ(got.status, 503U);
  EXPECT_EQ(got.headers.get("Retry-After"), "1");
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "engine_lost");
}

TEST(OpenAi, AnEngineThatDiesInALargeJsonAnswerCutsItInsteadOfSpoilingIt) {
  TestHome home;
  Script script;
  script.sized = false;
  script.pieces = {R"({"data":[)"};
  script.dies_after_pieces = true;
  home.engines.scripts.push_back(script);
  const Got got = home.post("/v1/embeddings", R"({"model":"tiny"})");
  EXPECT_EQ(got.body, script.pieces[0]);
  EXPECT_FALSE(got.ended);
}

TEST(OpenAi, AResponsesStreamBreaksOffWithItsOwnErrorEvent) {
  TestHome home;
  Script script = events({"event: response.created\ndata: {}\n\n"});
  script.dies_after_pieces = true;
  home.engines.scripts.push_back(script);
  const Got got = home.post("/v1/responses", R"({"model":"tiny","stream":true})");
  EXPECT_THAT(got.body, HasSubstr("event: error\ndata: {\"type\":\"error\",\"code\":\"engine_lost\""));
}

TEST(OpenAi, AnEnginesErrorKeepsItsStatusAndFieldsAndGetsWhatOpenAisShapeWants) {
  TestHome home;
  Script long_one, plain, none, broken;
  long_one.status = plain.status = 400;
  none.status = 501;
  broken.status = 500;
  long_one.pieces = {
      R"({"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_ctx":64}})"};
  plain.pieces = {R"({"error":{"code":400,"message":"bad","type":"invalid_request_error","param":"n"}})"};
  none.pieces = {R"({"error":{"code":501,"message":"no","type":"not_supported_error"}})"};
  broken.pieces = {"<html>"};
  home.engines.scripts = {long_one, plain, none, broken};
  const auto ask = [&] { return home.post(chat, R"({"model":"tiny"})"); };
  const Got too_long = ask();
  EXPECT_EQ(too_long.status, 400U);
  EXPECT_EQ(json::parse(too_long.body)["error"], json({{"message", "too long"},
                                                       {"type", "exceed_context_size_error"},
                                                       {"param", nullptr},
                                                       {"code", "context_length_exceeded"},
                                                       {"n_ctx", 64}}));
  const json error = json::parse(ask().body)["error"];
  EXPECT_EQ(error["code"], nullptr);
  EXPECT_EQ(error["param"], "n");
  EXPECT_EQ(ask().headers.get("x-should-retry"), "false");
  const Got unreadable = ask();
  EXPECT_EQ(unreadable.status, 500U);
  EXPECT_EQ(json::parse(unreadable.body)["error"]["type"], "server_error");
}

TEST(OpenAi, WhatTheEngineCallsItsFailureButIsTheClientsMistakeIs400AndNotRetried) {
  struct Case {
    unsigned status;
    std::string engine_says;
    std::string code;
    std::string words;
  };
  const std::vector<Case> cases = {
      {500, "image input is not supported - hint: …", "unsupported_input", "image input"},
      {500, "input (9 tokens) is too large to process. increase …", "context_length_exceeded", "9 tokens"},
      {500, "HTTPS is not supported. Please rebuild with …", "fetching_not_offered", "data: URL"},
      {500, "error: cannot make GET request", "fetching_not_offered", "data: URL"},
      {501, "This server does not support embeddings. Start it with …", "embeddings_not_supported",
       "\"tiny:latest\" makes no embeddings"},
      {500, "'messages' is required", "", "messages"}};
  for (const Case& one : cases) {
    TestHome home;
    Script script;
    script.status = one.status;
    script.pieces = {json({{"error", {{"code", one.status}, {"message", one.engine_says}}}}).dump()};
    home.engines.scripts = {script, script};
    const Got got = home.post(chat, R"({"model":"tiny"})");
    EXPECT_EQ(got.status, 400U) << one.engine_says;
    EXPECT_EQ(got.headers.get("x-should-retry"), "false");
    const json error = json::parse(got.body)["error"];
    EXPECT_EQ(error["code"], one.code.empty() ? json(nullptr) : json(one.code));
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(one.words));
    const Got ollama = home.post("/api/embed", R"({"model":"tiny","input":"x"})");
    EXPECT_EQ(ollama.status, 400U) << one.engine_says;
    EXPECT_THAT(json::parse(ollama.body)["error"].get<std::string>(), HasSubstr(one.words));
  }
}

TEST(OpenAi, AModelThatDoesNotWriteIsRefusedInsteadOfMadeToWriteNoise) {
  TestHome home;
  home.catalog.models[0].capabilities = {engine::Capability::embedding};
  for (const std::string_view path : {"/v1/chat/completions", "/v1/completions", "/v1/responses"})
    EXPECT_EQ(json::parse(home.post(path, R"({"model":"tiny","prompt":"x"})").body)["error"]["code"],
              "chat_not_supported");
  EXPECT_EQ(home.post("/v1/messages", R"({"model":"tiny"})").status, 400U);
  const Got ollama = home.post("/api/chat", R"({"model":"tiny","messages":[{"role":"user","content":"x"}]})");
  EXPECT_THAT(ollama.body, HasSubstr("does not support chat"));
  EXPECT_EQ(home.post("/api/generate", R"({"model":"tiny","prompt":"x"})").status, 400U);
  EXPECT_TRUE(home.engines.seen.empty());
  EXPECT_EQ(home.post("/api/generate", R"({"model":"tiny"})").status, 200U);  // Only loads it.
  EXPECT_EQ(home.post("/v1/embeddings", R"({"model":"tiny"})").status, 200U);
}

TEST(OpenAi, AnUnknownModelIs404ModelNotFound) {
  TestHome home;
  for (const Got& got : {home.post(chat, R"({"model":"gpt-9"})"), home.ask("GET", "/v1/models/gpt-9")}) {
    EXPECT_EQ(got.status, 404U);
    const json error = json::parse(got.body)["error"];
    EXPECT_EQ(error["code"], "model_not_found");
    EXPECT_EQ(error["param"], "model");
    EXPECT_EQ(error["type"], "invalid_request_error");
  }
}

TEST(OpenAi, AModelThatDoesNotFitIs503AndNotRetried) {
  TestHome home;
  home.engines.acquire_error = Error{Errc::exhausted, "It needs 9 GB, 2 GB are free.", ""};
  const Got got = home.post(chat, R"({"model":"tiny"})");
  EXPECT_EQ(got.status, 503U);
  EXPECT_EQ(got.headers.get("x-should-retry"), "false");
  EXPECT_THAT(got.body, HasSubstr("9 GB"));
}

TEST(OpenAi, ToolsForAModelThatCannotUseThemAreRefusedInsteadOfLost) {
  TestHome home;
  home.catalog.models[0].capabilities = {engine::Capability::completion};
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"f"}}])";
  const Got got = home.post(chat, R"({"model":"tiny","messages":[])" + tools + "}");
  EXPECT_EQ(got.status, 400U);
  EXPECT_EQ(json::parse(got.body)["error"]["param"], "tools");
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "tools_not_supported");
  const Got anthropic = home.post("/v1/messages", R"({"model":"tiny","messages":[])" + tools + "}");
  EXPECT_EQ(json::parse(anthropic.body)["error"]["type"], "invalid_request_error");
  EXPECT_TRUE(home.engines.seen.empty());
  for (const std::string& harmless : {tools + R"(,"tool_choice":"none")", std::string(R"(,"tools":[ ])"),
                                      std::string(R"(,"tools":null)")}) {
    EXPECT_EQ(home.post(chat, R"({"model":"tiny","messages":[])" + harmless + "}").status, 200U) << harmless;
  }
  home.catalog.models[0].capabilities.push_back(engine::Capability::tools);
  EXPECT_EQ(home.post(chat, R"({"model":"tiny","messages":[])" + tools + "}").status, 200U);
}

TEST(OpenAi, AnEngineThatCannotStartIsUnavailableInEveryApi) {
  TestHome home;
  home.engines.acquire_error =
      Error{Errc::unavailable, "The engine cannot be started.", "Set [engine] directory."};
  const json openai = json::parse(home.post(chat, R"({"model":"tiny"})").body);
  EXPECT_EQ(openai["error"]["code"], "unavailable");
  EXPECT_EQ(openai["error"]["type"], "unavailable_error");
  const Got anthropic = home.post("/v1/messages", R"({"model":"tiny","messages":[]})");
  EXPECT_EQ(anthropic.status, 529U);
  EXPECT_EQ(json::parse(anthropic.body)["error"]["type"], "overloaded_error");
  const Got ollama = home.post("/api/generate", R"({"model":"tiny","prompt":"x"})");
  EXPECT_EQ(ollama.status, 503U);
  EXPECT_EQ(json::parse(ollama.body)["error"], "The engine cannot be started. Set [engine] directory.");
}

TEST(OpenAi, BodiesThatAreNoJsonObjectNeverReachTheEngine) {
  TestHome home;
  for (const std::string body :
       {"", "[]", "{", R"({"model":"tiny"} x)", R"({"model":7})", "{\"model\":\"\xff\"}"}) {
    const Got got = home.post(chat, body);
    EXPECT_EQ(got.status, 400U) << body;
    EXPECT_EQ(json::parse(got.body)["error"]["type"], "invalid_request_error");
  }
  EXPECT_TRUE(home.engines.seen.empty());
}

TEST(OpenAi, ARequestWithoutAModelGetsTheDefaultOne) {
  TestHome home;
  EXPECT_EQ(home.post(chat, R"({"messages":[]})").status, 200U);
}

TEST(OpenAi, ModelsAreListedAndFoundByTheirShortName) {
  TestHome home;
  const json list = json::parse(home.ask("GET", "/v1/models").body);
  EXPECT_EQ(list["object"], "list");
  EXPECT_EQ(list["data"][0]["id"], "tiny:latest");
  EXPECT_EQ(json::parse(home.ask("GET", "/v1/models/tiny").body)["object"], "model");
  EXPECT_EQ(json::parse(home.ask("GET", "/v1/models/tiny%3Alatest").body)["id"], "tiny:latest");
}

TEST(OpenAi, WhatIsNotOfferedSaysSoTyped) {
  TestHome home;
  EXPECT_EQ(home.post("/v1/images/generations", "{}").status, 501U);
  EXPECT_EQ(home.post("/v1/audio/speech", "{}").status, 501U);
  EXPECT_EQ(home.ask("GET", "/v1/responses/resp_1").status, 404U);
  EXPECT_EQ(home.post("/v1/responses/resp_1/cancel", "{}").status, 404U);
  EXPECT_EQ(home.ask("GET", "/v1/nothing").status, 404U);
  const Got wrong = home.ask("GET", chat);
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.headers.get("Allow"), "POST");
  EXPECT_EQ(json::parse(wrong.body)["error"]["code"], "method_not_allowed");
}

TEST(OpenAi, ATranscriptionFormIsPassedWithItsBoundary) {
  TestHome home;
  net::Headers headers;
  headers.set("Content-Type", "multipart/form-data; boundary=xyz");
  const std::string body =
      "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\n\r\nRIFF\r\n"
      "--xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ntiny\r\n--xyz--\r\n";
  EXPECT_EQ(home.ask("POST", "/v1/audio/transcriptions", body, headers).status, 200U);
  ASSERT_EQ(home.engines.seen.size(), 1U);
  EXPECT_EQ(home.engines.seen[0].body, body);
  EXPECT_EQ(home.engines.seen[0].content_type, "multipart/form-data; boundary=xyz");
}

TEST(OpenAi, AJsonBodyReachesTheEngineAsJsonWhateverTheClientCallsIt) {
  for (const std::string_view called : {"", "application/x-www-form-urlencoded", "text/plain"}) {
    TestHome home;
    net::Headers headers;
    if (!called.empty()) headers.set("Content-Type", called);
    EXPECT_EQ(home.ask("POST", chat, R"({"model":"tiny"})", headers).status, 200U);
    ASSERT_EQ(home.engines.seen.size(), 1U);
    EXPECT_EQ(home.engines.seen[0].content_type, "application/json") << called;
  }
}

TEST(OpenAi, WhatEnginesLeaveOutOfCompletionsWithoutAWordIsRefused) {
  TestHome home;
  const auto ask = [&](std::string_view path, const std::string& field) {
    return home.post(path, R"({"model":"tiny","prompt":"a",)" + field + "}");
  };
  const std::map<std::string, std::string> offered = {
      {"echo", R"("echo":true)"}, {"suffix", R"("suffix":" b")"}, {"best_of", R"("best_of":3)"}};
  for (const auto& [param, field] : offered) {
    const Got got = ask("/v1/completions", field);
    EXPECT_EQ(got.status, 400U);
    EXPECT_EQ(json::parse(got.body)["error"]["param"], param);
    EXPECT_EQ(json::parse(got.body)["error"]["code"], "unsupported_parameter");
  }
  const Got no_prompt = home.post("/v1/completions", R"({"model":"tiny"})");
  EXPECT_EQ(no_prompt.status, 400U);
  EXPECT_EQ(json::parse(no_prompt.body)["error"]["param"], "prompt");
  for (const char* field : {R"("echo":false)", R"("suffix":null)", R"("suffix":"")", R"("best_of":1)"})
    EXPECT_EQ(ask("/v1/completions", field).status, 200U) << field;
  EXPECT_EQ(ask(chat, R"("echo":true)").status, 200U);
}

TEST(Anthropic, ModelsAndErrorsHaveAnthropicsShape) {
  TestHome home;
  net::Headers headers;
  headers.set("anthropic-version", "2026-10-21");
  const json list = json::parse(home.ask("GET", "/v1/models", "", headers).body);
  EXPECT_EQ(list["data"][0]["display_name"], "tiny:latest");
  EXPECT_EQ(list["has_more"], false);
  const Got unknown = home.post("/v1/messages", R"({"model":"claude"})");
  EXPECT_EQ(unknown.status, 404U);
  const json error = json::parse(unknown.body);
  EXPECT_EQ(error["type"], "error");
  EXPECT_EQ(error["error"]["type"], "not_found_error");
  EXPECT_EQ(error["request_id"], "req-1");
  EXPECT_EQ(home.post("/v1/messages", "{}").status, 400U);
  const Got openai = home.ask("POST", "/v1/completions", R"({"model":"none","prompt":"a"})", headers);
  EXPECT_EQ(json::parse(openai.body)["error"]["code"], "model_not_found");
  for (const std::string_view path : {"/v1/files", "/v1/messages/batches", "/v1/complete"}) {
    const Got none = home.ask("GET", path, "", headers);
    EXPECT_EQ(none.status, 404U);
    EXPECT_EQ(json::parse(none.body)["error"]["type"], "not_found_error") << path;
  }
}

TEST(Anthropic, AnEnginesErrorIsTranslatedAndOverloadIs529) {
  TestHome home;
  Script refused;
  refused.status = 400;
  refused.pieces = {R"({"error":{"code":400,"message":"bad","type":"invalid_request_error"}})"};
  Script busy = refused;
  busy.status = 503;
  home.engines.scripts = {refused, busy};
  const json error = json::parse(home.post("/v1/messages", R"({"model":"tiny"})").body);
  EXPECT_EQ(error["error"], json({{"type", "invalid_request_error"}, {"message", "bad"}}));
  const Got overloaded = home.post("/v1/messages", R"({"model":"tiny"})");
  EXPECT_EQ(overloaded.status, 529U);
  EXPECT_EQ(json::parse(overloaded.body)["error"]["type"], "overloaded_error");
}

TEST(Anthropic, AStopSequenceIsGivenAsTheReason) {
  TestHome home;
  const auto ask = [&](Script script, const std::string& stops) {
    home.engines.scripts = {std::move(script)};
    return home.post("/v1/messages", R"({"model":"tiny","stop_sequences":)" + stops + "}").body;
  };
  const std::string start = R"({"content":[{"type":"text","text":"\"stop_reason\":\"end_turn\""}],)";
  const std::string ended = R"("stop_reason":"end_turn","stop_sequence":"\n\"END\"","usage":{}})";
  const std::string named = R"("stop_reason":"stop_sequence","stop_sequence":"\n\"END\"","usage":{}})";
  const std::string unnamed = R"("stop_reason":"end_turn","stop_sequence":null,"usage":{}})";
  Script whole;
  whole.pieces = {start + ended};
  EXPECT_EQ(ask(whole, R"([ "x" , "\u000a\"END\""])"), start + named);
  EXPECT_EQ(ask(whole, R"(["other"])"), start + unnamed);
  const std::string head = "event: content_block_delta\ndata: {}\n\nevent: message_delta\ndata: {";
  const std::string tail = "\n\nevent: message_stop\ndata: {}\n\n";
  EXPECT_EQ(ask(events({head + ended + tail}), R"(["\n\"END\""])"), head + named + tail);
  EXPECT_EQ(ask(events({head + unnamed + tail}), R"(["\n\"END\""])"), head + unnamed + tail);
}

TEST(Anthropic, AStreamedToolCallBeginsWithItsInput) {
  TestHome home;
  const std::string before = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":";
  const std::string text = before + "0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
  const std::string delta = "event: content_block_delta\ndata: {\"partial_json\":\"{}\"}\n\n";
  const std::string tool = before + "1,\"content_block\":{\"type\":\"tool_use\",";
  home.engines.scripts = {events({text + delta, delta + tool + "\"id\":\"a\"}}\n\n" + delta})};
  EXPECT_EQ(home.post("/v1/messages", R"({"model":"tiny","stream":true})").body,
            text + delta + delta + tool + "\"input\":{},\"id\":\"a\"}}\n\n" + delta);
}

TEST(Anthropic, ErrorsInAStreamAreAnthropicsErrorEvents) {
  TestHome home;
  Script own =
      events({"event: message_start\ndata: {}\n\n",
              "event: error\ndata: {\"code\":500,\"message\":\"slot\",\"type\":\"server_error\"}\n\n"});
  Script dead = events({"event: message_start\ndata: {}\n\n"});
  dead.dies_after_pieces = true;
  home.engines.scripts = {own, dead};
  for (const std::string_view message : {"slot", "killed"}) {
    const Got got = home.post("/v1/messages", R"({"model":"tiny","stream":true})");
    EXPECT_TRUE(got.ended);
    EXPECT_THAT(got.body, HasSubstr("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"));
    EXPECT_THAT(got.body, HasSubstr(std::string(message)));
  }
}

}  // namespace
}  // namespace localscale::gateway
