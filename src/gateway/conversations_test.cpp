#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/conversation_export.hpp"
#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* root = "/localscale/v1/conversations";

class ConversationsTest : public ::testing::Test {
 protected:
  Got ask(std::string_view method, const std::string& below, std::string body = {}) {
    return home.ask(method, root + below, std::move(body), {}, net::Door::admin);
  }
  Got ask(std::string_view method, const std::string& below, const json& body) {
    return ask(method, below, body.dump());
  }
  std::string make(const std::string& title = "Bread") {
    const Got got = ask("POST", "", json{{"title", title}, {"model", "tiny"}});
    return json::parse(got.body)["conversation"]["id"];
  }
  Got say(const std::string& id, const std::string& text) {
    return ask("POST", "/" + id + "/messages", json{{"role", "user"}, {"content", text}, {"state", "done"}});
  }
  static std::string code_of(const Got& got) { return json::parse(got.body)["error"]["code"]; }

  testing::TestHome home;
};

TEST_F(ConversationsTest, AConversationIsMadeRenamedListedAndRemoved) {
  const Got made = ask("POST", "", json{{"title", "Bread"}, {"model", "tiny"}, {"unknown", {1, 2}}});
  EXPECT_EQ(made.status, 201U);
  json body = json::parse(made.body);
  EXPECT_EQ(body["schema"], 1);
  const json conversation = body["conversation"];
  EXPECT_EQ(conversation["title"], "Bread");
  EXPECT_EQ(conversation["messages"], 0);
  EXPECT_EQ(conversation["revision"], 1);
  EXPECT_THAT(conversation["created_at"].get<std::string>(),
              MatchesRegex("[0-9]{4}-[0-9-]{5}T[0-9:]{8}\\.[0-9]{3}Z"));
  EXPECT_EQ(conversation.size(), 7U) << "neither more nor less than the contract says";
  const std::string one = "/" + conversation["id"].get<std::string>();

  const Got renamed = ask("PATCH", one, json{{"title", "Rolls"}});
  EXPECT_EQ(renamed.status, 200U);
  EXPECT_EQ(json::parse(renamed.body)["conversation"]["title"], "Rolls");
  EXPECT_EQ(json::parse(ask("GET", "").body)["conversations"][0]["title"], "Rolls");
  EXPECT_EQ(json::parse(ask("GET", one).body)["conversation"]["revision"], 2);
  EXPECT_EQ(json::parse(ask("DELETE", one).body), (json{{"schema", 1}, {"removed", true}}));
  EXPECT_TRUE(json::parse(ask("GET", "").body)["conversations"].empty());
  EXPECT_EQ(code_of(ask("GET", one)), "conversation_not_found");
}

TEST_F(ConversationsTest, AnAnswerIsStoredWhileItComesAndAtItsEnd) {
  const std::string messages = "/" + make() + "/messages";
  json answer = {{"role", "assistant"}, {"content", ""}, {"state", "writing"}, {"model", "tiny"}};
  const Got begun = ask("POST", messages, answer);
  EXPECT_EQ(begun.status, 201U);
  json message = json::parse(begun.body)["message"];
  EXPECT_EQ(message["seq"], 1);
  EXPECT_EQ(message.size(), 6U) << "what was not given is not told";
  // As the page does: the whole message back, its seq and time included.
  message["content"] = "The whole answer";
  message["thinking"] = "Hm.";
  message["tokens"] = 3;
  message["tokens_per_second"] = 17.5;
  message["state"] = "done";
  const Got ended = ask("PUT", messages + "/1", message);
  EXPECT_EQ(ended.status, 200U);
  EXPECT_EQ(json::parse(ended.body)["message"], message);
  EXPECT_EQ(json::parse(ask("GET", messages).body)["messages"], json::array({message}));
  message["state"] = "writing";
  const Got late = ask("PUT", messages + "/1", message);
  EXPECT_EQ(late.status, 409U);
  EXPECT_EQ(code_of(late), "message_ended");
  EXPECT_EQ(code_of(ask("PUT", messages + "/2", message)), "message_not_found");
}

TEST_F(ConversationsTest, MessagesAreReadInPagesAndCutFromAPlaceOn) {
  const std::string id = make();
  for (int i = 1; i <= 7; ++i) say(id, "number " + std::to_string(i));
  const std::string messages = "/" + id + "/messages";
  const json page = json::parse(ask("GET", messages + "?from=3&limit=2").body)["messages"];
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0]["seq"], 3);
  EXPECT_EQ(page[1]["content"], "number 4");
  EXPECT_TRUE(json::parse(ask("GET", messages + "?from=8").body)["messages"].empty());
  EXPECT_EQ(json::parse(ask("GET", messages + "?limit=500").body)["messages"].size(), 7U);
  for (const char* wrong :
       {"?from=0", "?from=x", "?from=-1", "?from=99999999999999999999", "?limit=0", "?limit=501", "?limit="})
    EXPECT_EQ(ask("GET", messages + wrong).status, 400U) << wrong;
  EXPECT_EQ(ask("DELETE", messages + "/5").status, 200U);
  EXPECT_EQ(json::parse(ask("GET", messages).body)["messages"].size(), 4U);
  EXPECT_EQ(code_of(ask("DELETE", messages + "/5")), "message_not_found");
  EXPECT_EQ(code_of(ask("DELETE", "/0123456789abcdef/messages/1")), "conversation_not_found");
}

TEST_F(ConversationsTest, MuchIsRemovedInOneRequest) {
  const std::string id = make();
  for (int i = 0; i < 1300; ++i) say(id, "x");
  EXPECT_EQ(ask("DELETE", "/" + id + "/messages/2").status, 200U);
  EXPECT_EQ(json::parse(ask("GET", "/" + id).body)["conversation"]["messages"], 1);
  for (int i = 0; i < 700; ++i) say(id, "x");
  EXPECT_EQ(ask("DELETE", "/" + id).status, 200U);
  EXPECT_EQ(ask("GET", "/" + id).status, 404U);
}

TEST_F(ConversationsTest, LargePagesAreStreamedAndComeWhole) {
  const std::string id = make();
  const std::string large(900'000, 'x');
  for (int i = 0; i < 5; ++i) say(id, large);
  const Got got = ask("GET", "/" + id + "/messages");
  EXPECT_TRUE(got.streamed);
  EXPECT_TRUE(got.ended);
  const json messages = json::parse(got.body)["messages"];
  ASSERT_EQ(messages.size(), 5U);
  EXPECT_EQ(messages[4]["content"], large);
  const Got head = ask("HEAD", "/" + id + "/export");
  EXPECT_TRUE(head.ended);
  EXPECT_EQ(head.body, "");
}

TEST_F(ConversationsTest, OnlySessionsMayAsk) {
  const std::string id = make();
  for (const char* method : {"GET", "POST"}) EXPECT_EQ(home.ask(method, root).status, 401U) << method;
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    const Got got = home.ask(method, std::string(root) + "/" + id);
    EXPECT_EQ(got.status, 401U) << method;
    EXPECT_EQ(code_of(got), "signed_out");
  }
  EXPECT_EQ(ask("GET", "/" + id).status, 200U);
}

TEST_F(ConversationsTest, ATitleIsOneLine) {
  const auto titled = [&](const std::string& title) {
    return json::parse(ask("GET", "/" + make(title)).body)["conversation"]["title"].get<std::string>();
  };
  EXPECT_EQ(titled("a\tb\r\nc\x1b[31m\x7f"), "a b  c [31m");
  EXPECT_EQ(titled(" \u0085 Br\u00f6tchen \u2028\U0001F950 "), "Br\u00f6tchen  \U0001F950");
  for (const std::string& title : {std::string(), std::string("  \n "), std::string(201, 'x')}) {
    const Got got = ask("POST", "", json{{"title", title}, {"model", "tiny"}});
    EXPECT_EQ(got.status, 400U);
    EXPECT_THAT(got.body, HasSubstr("\\\"title\\\""));
  }
}

TEST_F(ConversationsTest, HostileBodiesAreRefusedByNameAndChangeNothing) {
  const std::string id = make();
  const std::string start = R"({"role":"user","state":"done","content":)";
  const std::vector<std::string> wrong = {
      "",
      "[]",
      "null",
      "{",
      start + "1}",
      start + "[\"x\"]}",
      start + "{\"a\":\"x\"}}",
      start + "null}",
      start + "\"\xff\"}",
      start + "\"\xed\xa0\x80\"}",
      start + R"("\ud800"})",
      start + R"("x","thinking":7})",
      start + R"("x","model":"a\nb"})",
      start + R"("x","model":""})",
      start + R"("x","tokens":-1})",
      start + R"("x","tokens":1.5})",
      start + R"("x","tokens":99999999999999999999})",
      start + R"("x","tokens_per_second":"fast"})",
      start + R"("x","tokens_per_second":1e999})",
      start + R"("x","tokens_per_second":-1})",
      start + R"("x","deep":)" + std::string(200, '[') + std::string(200, ']') + "}",
      start + R"("x"} {})",
      R"({"role":"robot","state":"done","content":"x"})",
      R"({"role":"user","state":"asleep","content":"x"})",
      R"({"role":"user","content":"x"})",
      R"({"state":"done","content":"x"})"};
  for (const std::string& body : wrong) {
    const Got got = ask("POST", "/" + id + "/messages", body);
    EXPECT_EQ(got.status, 400U) << body.substr(0, 100);
    EXPECT_EQ(code_of(got), "invalid_argument") << body.substr(0, 100);
  }
  EXPECT_EQ(json::parse(ask("GET", "/" + id).body)["conversation"]["messages"], 0);
}

TEST_F(ConversationsTest, WhatNobodyAskedForCostsNothing) {
  const std::string id = make();
  std::string body = R"({"content":{"content":"inner"},"extra":[0)";
  for (int i = 0; i < 100'000; ++i) body += ",{\"content\":\"inner\"}";
  body += R"(],"role":"user","state":"done","content":"a","content":"b\u0000c"})";
  EXPECT_EQ(ask("POST", "/" + id + "/messages", body).status, 201U);
  const json message = json::parse(ask("GET", "/" + id + "/messages").body)["messages"][0];
  EXPECT_EQ(message["content"], std::string("b\0c", 3));
  EXPECT_FALSE(message.contains("extra"));
}

TEST_F(ConversationsTest, PathsAndMethodsThatAreNoneAreToldApart) {
  const std::string id = "/" + make();
  const Got post = ask("POST", id);
  EXPECT_EQ(post.status, 405U);
  EXPECT_EQ(post.headers.get("Allow"), "GET, PATCH, DELETE");
  EXPECT_EQ(ask("PUT", id + "/messages").headers.get("Allow"), "GET, POST");
  for (const char* path : {"/nothing", "/messages/", "/messages/x", "/messages/1/2", "/export/x"})
    EXPECT_EQ(ask("GET", id + path).status, path == std::string("/messages/") ? 200U : 404U) << path;
  EXPECT_EQ(code_of(ask("GET", id + "/nothing")), "not_found");
  EXPECT_EQ(code_of(ask("GET", "/..%2f..%2fkeys")), "not_found");
  EXPECT_EQ(ask("GET", "/%ff%00").status, 404U);
}

TEST_F(ConversationsTest, LimitsOfTheStoreAreToldInTheirOwnCodes) {
  const std::string id = make();
  home.conversations.refusal = Error{Errc::conflict, "full", {}};
  const Got full = say(id, "x");
  EXPECT_EQ(full.status, 409U);
  EXPECT_EQ(code_of(full), "conversation_full");
  home.conversations.refusal = Error{Errc::exhausted, "no room", {}};
  const Got no_room = ask("POST", "", json{{"title", "x"}, {"model", "tiny"}});
  EXPECT_EQ(no_room.status, 507U);
  EXPECT_EQ(code_of(no_room), "no_room");
}

TEST_F(ConversationsTest, AnExportAsMarkdownReadsLikeATalk) {
  const std::string id = make("Bread");
  say(id, "How?\n");
  ask("POST", "/" + id + "/messages",
      json{{"role", "assistant"},
           {"content", "# Knead"},
           {"thinking", "a\nb"},
           {"model", "tiny"},
           {"state", "stopped"}});
  const Got got = ask("GET", "/" + id + "/export?format=md");
  EXPECT_EQ(got.headers.get("Content-Type"), "text/markdown; charset=utf-8");
  EXPECT_EQ(got.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(got.headers.get("Content-Disposition"),
            "attachment; filename=\"Bread.md\"; filename*=UTF-8''Bread.md");
  EXPECT_THAT(got.body, MatchesRegex("# Bread\n\nModel: tiny  \nBegun: [^\n]*Z\n"
                                     "\n## User · [^\n]*Z\n\nHow\\?\n\n"
                                     "\n## Assistant · tiny · [^\n]*Z\n"
                                     "\n> \\*Thinking\\*\n>\n> a\n> b\n"
                                     "\n# Knead\n\n\\*Stopped before its end\\.\\*\n"));
}

TEST_F(ConversationsTest, AnExportAsJsonHoldsTheConversationAndItsMessages) {
  const std::string id = make();
  say(id, "one");
  say(id, "two");
  const Got got = ask("GET", "/" + id + "/export?format=json");
  const json whole = json::parse(got.body);
  EXPECT_EQ(whole["schema"], 1);
  EXPECT_EQ(whole["conversation"]["id"], id);
  EXPECT_EQ(whole["messages"][1]["content"], "two");
  EXPECT_EQ(ask("GET", "/" + id + "/export?format=pdf").status, 400U);
  EXPECT_EQ(code_of(ask("GET", "/0123456789abcdef/export")), "conversation_not_found");
}

TEST(ConversationExport, FilesAreCalledAfterTheirTitleWithoutHarm) {
  EXPECT_THAT(
      save_as("Brötchen & Kaffee", "md"),
      HasSubstr("filename=\"Br_tchen & Kaffee.md\"; filename*=UTF-8''Br%C3%B6tchen%20%26%20Kaffee.md"));
  EXPECT_THAT(save_as("../../etc/passwd", "md"), HasSubstr("filename=\"etc passwd.md\""));
  EXPECT_THAT(save_as("-rf $(x) `y` \"z\";", "md"), HasSubstr("filename=\"rf (x) y z ;.md\""));
  EXPECT_THAT(save_as("a\u202Egnp.b", "md"), Not(HasSubstr("\u202E")));
  EXPECT_THAT(save_as("...", "json"), HasSubstr("filename=\"conversation.json\""));
  EXPECT_THAT(save_as(std::string(500, 'x'), "md"), HasSubstr("\"" + std::string(120, 'x') + ".md\""));
}

}  // namespace
}  // namespace localscale::gateway
