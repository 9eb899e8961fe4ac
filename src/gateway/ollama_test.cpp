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
using testing::TestHome;

Script chat_events(std::vector<std::string> pieces) {
  Script script;
  script.type = "text/event-stream";
  script.sized = false;
  script.pieces = std::move(pieces);
  return script;
}

std::vector<json> lines(const std::string& body) {
  std::vector<json> all;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = body.find('\n', at);
    all.push_back(json::parse(body.substr(at, end - at)));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return all;
}

const std::string hello = R"(data: {"choices":[{"delta":{"role":"assistant","content":null},"index":0}]})"
                          "\n\n"
                          R"(data: {"choices":[{"delta":{"content":"Grüße "},"index":0}]})"
                          "\n\n"
                          R"(data: {"choices":[{"delta":{"content":"🌱"},"index":0}]})"
                          "\n\n"
                          R"(data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}]})"
                          "\n\n"
                          R"(data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2},)"
                          R"("timings":{"prompt_ms":1.5,"predicted_ms":2.5}})"
                          "\n\ndata: [DONE]\n\n";

TEST(OllamaChat, StreamsLinesHoweverTheBytesArrive) {
  for (const std::size_t step : {1U, 7U, 4096U}) {
    TestHome home;
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < hello.size(); at += step) pieces.push_back(hello.substr(at, step));
    home.engines.scripts.push_back(chat_events(pieces));
    const Got got = home.post("/api/chat", R"({"model":"tiny","messages":[{"role":"user","content":"hi"}]})");
    EXPECT_EQ(got.headers.get("Content-Type"), "application/x-ndjson");
    const auto all = lines(got.body);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0]["message"]["content"], "Grüße ");
    EXPECT_EQ(all[0]["done"], false);
    EXPECT_EQ(all[1]["message"]["content"], "🌱");
    EXPECT_EQ(all[2]["done"], true);
    EXPECT_EQ(all[2]["done_reason"], "stop");
    EXPECT_EQ(all[2]["model"], "tiny");
    EXPECT_EQ(all[2]["prompt_eval_count"], 5);
    EXPECT_EQ(all[2]["eval_count"], 2);
    EXPECT_EQ(all[2]["prompt_eval_duration"], 1'500'000);
    EXPECT_EQ(all[2]["load_duration"], 5'000'000);
  }
}

TEST(OllamaChat, WithoutStreamingGivesOneObject) {
  TestHome home;
  home.engines.scripts.push_back(chat_events({hello}));
  const Got got = home.post("/api/chat",
                            R"({"model":"tiny","stream":false,"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_FALSE(got.streamed);
  const json answer = json::parse(got.body);
  EXPECT_EQ(answer["message"]["content"], "Grüße 🌱");
  EXPECT_EQ(answer["done"], true);
}

TEST(OllamaChat, WhatTheClientBeganItselfIsNotToldAgain) {
  const auto answer = [](const std::string& begun, const std::vector<std::string>& texts) {
    TestHome home;
    std::string events;
    for (const auto& text : texts)
      events += "data: " + json{{"choices", {{{"delta", {{"content", text}}}}}}}.dump() + "\n\n";
    events += R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"
              "\n\n";
    home.engines.scripts.push_back(chat_events({events}));
    const json request = {
        {"model", "tiny"},
        {"stream", false},
        {"messages", {{{"role", "user"}, {"content", "hi"}}, {{"role", "assistant"}, {"content", begun}}}}};
    const Got got = home.post("/api/chat", request.dump());
    return json::parse(got.body)["message"]["content"].get<std::string>();
  };
  EXPECT_EQ(answer("Hello! I", {"Hello! I am", " here."}), " am here.");
  EXPECT_EQ(answer("Hello! I", {"He", "llo!", " I", " am"}), " am");
  EXPECT_EQ(answer("Hello! I", {"Hello! I"}), "");
  EXPECT_EQ(answer("Hello! I", {" am", " Hello! I"}), " am Hello! I");
  EXPECT_EQ(answer("", {"Hello"}), "Hello");
}

TEST(OllamaChat, LogprobsComeWithoutAlternativesWhereNoneAreAskedFor) {
  const auto ask = [](const std::string& fields) {
    TestHome home;
    home.engines.scripts.push_back(chat_events(
        {R"(data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop","logprobs":{"content":[)"
         R"({"token":"a","logprob":-1.5,"top_logprobs":[{"token":"a","logprob":-1.5}]}]}}]})"
         "\n\n"}));
    const Got got = home.post("/api/chat", R"({"model":"tiny","stream":false,)" + fields +
                                               R"(,"messages":[{"role":"user","content":"hi"}]})");
    return std::pair(json::parse(home.engines.seen.at(0).body), json::parse(got.body)["logprobs"]);
  };
  const auto [alone, own] = ask(R"("logprobs":true)");
  EXPECT_EQ(alone["top_logprobs"], 1);
  EXPECT_EQ(own, json::parse(R"([{"token":"a","logprob":-1.5}])"));
  const auto [two, with_others] = ask(R"("logprobs":true,"top_logprobs":2)");
  EXPECT_EQ(two["top_logprobs"], 2);
  EXPECT_EQ(with_others[0]["top_logprobs"].size(), 1U);
}

TEST(OllamaChat, NumPredict0IsNoLimitAsInOllama) {
  const auto limit = [](const std::string& value) {
    TestHome home;
    home.engines.scripts.push_back(chat_events({hello}));
    home.post("/api/chat", R"({"model":"tiny","messages":[{"role":"user","content":"hi"}],)"
                           R"("options":{"num_predict":)" +
                               value + "}}");
    return json::parse(home.engines.seen.at(0).body)["max_tokens"].get<int>();
  };
  EXPECT_EQ(limit("0"), -1);
  EXPECT_EQ(limit("-2"), -1);
  EXPECT_EQ(limit("7"), 7);
}

TEST(OllamaChat, ToolCallsArriveWholeWithObjectArguments) {
  TestHome home;
  home.engines.scripts.push_back(chat_events(
      {R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"light","arguments":"{\"on\":"}}]}}]})"
       "\n\n",
       R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"true}"}}]}}]})"
       "\n\n",
       R"(data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]})"
       "\n\n"}));
  const Got got = home.post("/api/chat", R"({"model":"tiny","messages":[{"role":"user","content":"on"}],)"
                                         R"("tools":[{"type":"function","function":{"name":"light"}}]})");
  const auto all = lines(got.body);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["message"]["tool_calls"][0]["function"]["arguments"], json({{"on", true}}));
  EXPECT_EQ(all[1]["done_reason"], "stop");
}

TEST(OllamaChat, AnEngineThatDiesGivesOneErrorLineOr503) {
  TestHome home;
  Script dead = chat_events({R"(data: {"choices":[{"delta":{"content":"a"}}]})"
                             "\n\n"});
  dead.dies_after_pieces = true;
  home.engines.scripts = {dead, dead};
  const auto all =
      lines(home.post("/api/chat", R"({"model":"tiny","messages":[{"role":"user","content":"hi"}]})").body);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[1]["error"].get<std::string>(), HasSubstr("killed"));
  const Got whole = home.post(
      "/api/chat", R"({"model":"tiny","stream":false,"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(whole.status, 503U);
  EXPECT_EQ(whole.headers.get("Retry-After"), "1");
}

TEST(OllamaChat, AnEmptyRequestLoadsAndWithKeepAliveZeroUnloads) {
  TestHome home;
  EXPECT_EQ(json::parse(home.post("/api/chat", R"({"model":"tiny","keep_alive":"10m"})").body)["done_reason"],
            "load");
  EXPECT_EQ(home.engines.last_keep_alive, std::chrono::seconds(600));
  EXPECT_EQ(json::parse(home.post("/api/generate", R"({"model":"tiny","keep_alive":0})").body)["done_reason"],
            "unload");
  EXPECT_EQ(home.engines.unloaded, std::vector<std::string>{"tiny:latest"});
  EXPECT_TRUE(home.engines.seen.empty());
}

TEST(OllamaChat, ThinkIsATruthOrAnEffortAndNothingElse) {
  TestHome home;
  const auto ask = [&](const std::string& think) {
    return home.post("/api/chat",
                     R"({"model":"tiny","messages":[{"role":"user","content":"hi"}],"think":)" + think + "}");
  };
  const std::vector<std::pair<std::string, json>> known = {
      {"true", {{"enable_thinking", true}}},
      {"false", {{"enable_thinking", false}}},
      {R"("low")", {{"enable_thinking", true}, {"reasoning_effort", "low"}}}};
  for (const auto& [think, arguments] : known) {
    ask(think);
    EXPECT_EQ(json::parse(home.engines.seen.back().body)["chat_template_kwargs"], arguments) << think;
  }
  for (const std::string think : {R"("banana")", R"("")", "7", "[]"}) {
    const Got got = ask(think);
    EXPECT_EQ(got.status, 400U) << think;
    EXPECT_THAT(got.body, HasSubstr("think")) << think;
  }
  EXPECT_EQ(home.engines.seen.size(), known.size());
}

TEST(OllamaGenerate, APromptGoesThroughTheTemplateAndRawDoesNot) {
  TestHome home;
  const std::string raw_end =
      R"(data: {"content":"x","stop":false})"
      "\n\n"
      R"(data: {"content":"","stop":true,"stop_type":"limit","tokens_evaluated":3,"tokens_predicted":1})"
      "\n\n";
  Script prompt, tokens;
  prompt.pieces = {R"({"prompt":"<user>hi<assistant>"})"};
  tokens.pieces = {R"({"tokens":[7,8,9]})"};
  home.engines.scripts = {chat_events({hello}), prompt, tokens, chat_events({raw_end}),
                          chat_events({raw_end})};
  const auto templated =
      lines(home.post("/api/generate", R"({"model":"tiny","prompt":"hi","system":"be short"})").body);
  EXPECT_EQ(templated[0]["response"], "Grüße ");
  EXPECT_EQ(templated.back()["context"], json({7, 8, 9}));
  const auto raw = lines(home.post("/api/generate", R"({"model":"tiny","prompt":"hi","raw":true})").body);
  EXPECT_EQ(raw.back()["done_reason"], "length");
  EXPECT_EQ(raw.back()["eval_count"], 1);
  EXPECT_FALSE(raw.back().contains("context"));
  home.post("/api/generate", R"({"model":"tiny","prompt":"def f(","suffix":"return 1"})");
  EXPECT_EQ(home.engines.seen[0].target, "/v1/chat/completions");
  EXPECT_EQ(json::parse(home.engines.seen[0].body)["messages"][0]["content"], "be short");
  EXPECT_EQ(home.engines.seen[1].target, "/apply-template");
  EXPECT_EQ(home.engines.seen[2].target, "/tokenize");
  EXPECT_EQ(json::parse(home.engines.seen[2].body)["content"], "<user>hi<assistant>Grüße 🌱");
  EXPECT_EQ(home.engines.seen[3].target, "/completion");
  EXPECT_EQ(home.engines.seen[4].target, "/infill");
}

TEST(OllamaModels, AreListedShownCopiedAndDeleted) {
  TestHome home;
  const json tag = json::parse(home.ask("GET", "/api/tags").body)["models"][0];
  EXPECT_EQ(tag["name"], "tiny:latest");
  EXPECT_EQ(tag["digest"], std::string(64, 'a'));
  const json shown = json::parse(home.post("/api/show", R"({"model":"tiny"})").body);
  EXPECT_EQ(shown["model_info"]["llama.context_length"], 2048);
  EXPECT_THAT(shown["capabilities"].dump(), HasSubstr("tools"));
  EXPECT_EQ(home.post("/api/copy", R"({"source":"tiny","destination":"other:latest"})").status, 200U);
  EXPECT_EQ(home.ask("DELETE", "/api/delete", R"({"model":"other"})").status, 200U);
  const Got gone = home.ask("DELETE", "/api/delete", R"({"name":"other"})");
  EXPECT_EQ(gone.status, 404U);
  EXPECT_TRUE(json::parse(gone.body)["error"].is_string());
}

TEST(OllamaModels, APullStreamsItsProgress) {
  TestHome home;
  home.puller.steps = {{"pulling manifest", "", 0, 0, 0}, {"pulling sha256:ab", "sha256:ab", 100, 40, 9}};
  const auto all = lines(home.post("/api/pull", R"({"model":"llama3.2:1b"})").body);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1]["completed"], 40);
  EXPECT_EQ(all[2], json({{"status", "success"}}));
  EXPECT_EQ(json::parse(home.post("/api/pull", R"({"model":"x","stream":false})").body),
            json({{"status", "success"}}));
  home.puller.error = Error{Errc::unavailable, "The registry cannot be reached.", ""};
  EXPECT_EQ(lines(home.post("/api/pull", R"({"model":"x"})").body).back().begin().key(), "error");
  home.puller.steps.clear();
  EXPECT_EQ(home.post("/api/pull", R"({"model":"x"})").status, 503U);
}

TEST(Ollama, EmbeddingsHaveBothShapes) {
  TestHome home;
  Script script;
  script.pieces = {
      R"({"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[3,4]}],"usage":{"prompt_tokens":4}})"};
  home.engines.scripts = {script, script, script};
  const json embed = json::parse(home.post("/api/embed", R"({"model":"tiny","input":["a","b"]})").body);
  EXPECT_EQ(embed["embeddings"], json({{3, 4}, {0, 1}}));
  EXPECT_EQ(embed["prompt_eval_count"], 4);
  EXPECT_EQ(json::parse(home.post("/api/embeddings", R"({"model":"tiny","prompt":"a"})").body)["embedding"],
            json({3, 4}));
  const json cut =
      json::parse(home.post("/api/embed", R"({"model":"tiny","input":"a","dimensions":1})").body);
  EXPECT_EQ(cut["embeddings"][0], json({1.0}));
}

TEST(Ollama, TextsLongerThanTheContextAreCutUnlessTheClientForbidsIt) {
  TestHome home;
  engine::Loaded loaded;
  loaded.model = testing::tiny_model();
  loaded.context_tokens = 4;
  home.engines.loaded_models = {loaded};
  Script both;
  both.pieces = {R"({"tokens":[1,2,3,4,5,6],"data":[{"index":0,"embedding":[1]}]})"};
  home.engines.scripts = {both, both};
  EXPECT_EQ(home.post("/api/embed", R"({"model":"tiny","input":["long text","b"]})").status, 200U);
  ASSERT_EQ(home.engines.seen.size(), 2U);
  EXPECT_EQ(home.engines.seen[0].target, "/tokenize");
  EXPECT_EQ(json::parse(home.engines.seen[1].body)["input"], json({{1, 2, 3, 4}, "b"}));
  home.post("/api/embed", R"({"model":"tiny","input":"long text","truncate":false})");
  ASSERT_EQ(home.engines.seen.size(), 3U);
  EXPECT_EQ(json::parse(home.engines.seen[2].body)["input"], json::array({"long text"}));
}

TEST(Ollama, DoubledPrefixesAndTheRootWork) {
  TestHome home;
  for (const std::string_view path :
       {"/ollama/api/tags", "/ollama/api/api/tags", "/api/api/tags", "/v1/api/tags"}) {
    EXPECT_EQ(home.ask("GET", path).status, 200U) << path;
  }
  EXPECT_EQ(home.ask("GET", "/ollama/api/v1/models").status, 200U);
  EXPECT_EQ(home.ask("GET", "/").body, "Ollama is running");
  EXPECT_EQ(home.ask("HEAD", "/").status, 200U);
  net::Headers browser;
  browser.set("Accept", "text/html,application/xhtml+xml");
  const Got page = home.ask("GET", "/", "", browser);
  EXPECT_THAT(page.body, HasSubstr("<!doctype html>"));
  EXPECT_THAT(std::string(page.headers.get("Content-Security-Policy")), HasSubstr("default-src 'none'"));
  browser.set("If-None-Match", page.headers.get("ETag"));
  EXPECT_EQ(home.ask("GET", "/", "", browser).status, 304U);
}

TEST(Ollama, ErrorsAreFlatAndTyped) {
  TestHome home;
  for (const auto& [path, body, status] : std::vector<std::tuple<std::string, std::string, unsigned>>{
           {"/api/chat", R"({"messages":[]})", 400},
           {"/api/chat", R"({"model":"nope","messages":[{"role":"user","content":"x"}]})", 404},
           {"/api/chat", R"({"model":"tiny","messages":[{"role":"robot","content":"x"}]})", 400},
           {"/api/chat", R"({"model":"tiny","keep_alive":"soon","messages":[]})", 400},
           {"/api/generate", R"({"model":"tiny","prompt":"x","options":{"temperature":"hot"}})", 400},
           {"/api/generate", R"({"model":"tiny","prompt":"x","template":"{{ .Prompt }}"})", 501},
           {"/api/create", "{}", 501},
           {"/api/push", "{}", 501},
           {"/api/blobs/sha256:00", "", 501},
           {"/api/nothing", "", 404}}) {
    const Got got = home.post(path, body);
    EXPECT_EQ(got.status, status) << path << body;
    EXPECT_TRUE(json::parse(got.body)["error"].is_string()) << got.body;
  }
}

TEST(OllamaContext, AnAnswersContextGoesBeforeTheNextQuestionAndGrows) {
  TestHome home;
  const std::string end = R"(data: {"content":"yes","stop":false})"
                          "\n\n"
                          R"(data: {"content":"","stop":true,"stop_type":"eos"})"
                          "\n\n";
  Script prompt, asked, answered;
  prompt.pieces = {R"({"prompt":"<user>and?<assistant>"})"};
  asked.pieces = {R"({"tokens":[4,5]})"};
  answered.pieces = {R"({"tokens":[6]})"};
  home.engines.scripts = {prompt, asked, chat_events({end}), answered};
  const Got got = home.post("/api/generate",
                            R"({"model":"tiny","prompt":"and?","context":[1,2,3],"options":{"seed":7}})");
  const auto all = lines(got.body);
  EXPECT_EQ(all[0]["response"], "yes");
  EXPECT_EQ(all.back()["context"], json({1, 2, 3, 4, 5, 6}));
  ASSERT_EQ(home.engines.seen.size(), 4U);
  EXPECT_EQ(json::parse(home.engines.seen[0].body)["messages"][0]["content"], "and?");
  EXPECT_EQ(json::parse(home.engines.seen[1].body)["add_special"], false);
  EXPECT_EQ(home.engines.seen[2].target, "/completion");
  EXPECT_EQ(json::parse(home.engines.seen[2].body)["prompt"], json({1, 2, 3, 4, 5}));
  EXPECT_EQ(json::parse(home.engines.seen[2].body)["seed"], 7);
}

TEST(OllamaContext, WhatIsNoContextOrDoesNotGoWithOneIsRefusedByName) {
  TestHome home;
  for (const std::string_view fields :
       {R"("context":"x")", R"("context":[-1])", R"("context":[1.5])", R"("context":[4294967296])",
        R"("context":[1],"raw":true)", R"("context":[1],"suffix":"y")",
        R"("context":[1],"images":["aGk="])"}) {
    const Got got =
        home.post("/api/generate", R"({"model":"tiny","prompt":"x",)" + std::string(fields) + "}");
    EXPECT_EQ(got.status, 400U) << fields;
    EXPECT_THAT(got.body, HasSubstr("context")) << fields;
  }
  EXPECT_TRUE(home.engines.seen.empty());
}

TEST(OllamaContext, AnAnswerWhoseTokensAreNotToldHasNone) {
  TestHome home;
  Script refused;
  refused.status = 500;
  refused.pieces = {R"({"error":{"message":"no"}})"};
  home.engines.scripts = {chat_events({hello}), refused, refused};
  const auto all = lines(home.post("/api/generate", R"({"model":"tiny","prompt":"x"})").body);
  EXPECT_EQ(all.back()["done"], true);
  EXPECT_FALSE(all.back().contains("context"));
}

TEST(OllamaContext, NumCtxAsksForALoadWithThatMuch) {
  TestHome home;
  home.post("/api/generate", R"({"model":"tiny","options":{"num_ctx":16384}})");
  EXPECT_EQ(home.engines.last_context_tokens, 16'384U);
  home.post("/api/chat", R"({"model":"tiny","messages":[],"options":{"num_ctx":4096.0}})");
  EXPECT_EQ(home.engines.last_context_tokens, 4'096U);
  home.post("/api/embed", R"({"model":"tiny","input":"x","options":{"num_ctx":512}})");
  EXPECT_EQ(home.engines.last_context_tokens, 512U);
  home.post("/api/generate", R"({"model":"tiny"})");
  EXPECT_EQ(home.engines.last_context_tokens, 0U);
  for (const std::string_view wrong : {"\"big\"", "0", "-1", "1.5"}) {
    const Got got =
        home.post("/api/generate", R"({"model":"tiny","options":{"num_ctx":)" + std::string(wrong) + "}}");
    EXPECT_EQ(got.status, 400U) << wrong;
    EXPECT_THAT(got.body, HasSubstr("num_ctx"));
  }
}

}  // namespace
}  // namespace localscale::gateway
