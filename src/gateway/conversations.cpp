#include "gateway/conversations.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/bytes.hpp"
#include "gateway/conversation_export.hpp"
#include "gateway/conversation_json.hpp"
#include "gateway/growing_answer.hpp"
#include "gateway/json.hpp"

namespace localscale::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::string_view root = "/localscale/v1/conversations";
constexpr std::uint64_t page_max = 500;
/// What is read of a conversation at one time.
constexpr std::uint64_t read_bytes = 1'000'000;

/// Our words for what the store refuses.
struct Codes {
  std::string_view not_found = "conversation_not_found";
  std::string_view conflict = "conversation_full";
};

Problem problem_for(const Error& error, const Codes& codes = {}) {
  Problem problem = problem_of(error);
  if (error.code == Errc::not_found) problem.code = codes.not_found;
  if (error.code == Errc::conflict) problem.code = codes.conflict;
  if (error.code == Errc::exhausted) {
    problem.status = 507;
    problem.code = "no_room";
  }
  return problem;
}

constexpr Codes codes_of_message{"message_not_found", "message_ended"};

net::Headers typed(std::string_view type) {
  net::Headers headers;
  headers.set("Content-Type", type);
  return headers;
}

/// {"schema":1,"NAME":JSON}
std::string with_schema(std::string_view name, std::string_view json) {
  std::string text = R"({"schema":1,")";
  text.append(name).append("\":").append(json).append("}");
  return text;
}

net::Task<void> send(Call& call, unsigned status, std::string json) {
  net::Response response;
  response.status = status;
  response.headers = typed("application/json");
  response.headers.set("Cache-Control", "no-store");
  response.body = std::move(json);
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

/// A number in the query, `fallback` without one; invalid_argument outside 1 to `max`.
Result<std::uint64_t> number_in_query(const Call& call, std::string_view name, std::uint64_t fallback,
                                      std::uint64_t max) {
  const auto text = call.request.query(name);
  if (!text) return fallback;
  const auto number = parse_u64(*text);
  if (!number || *number == 0 || *number > max) {
    return fail(Errc::invalid_argument,
                "\"" + std::string(name) + "\" must be a number from 1 to " + std::to_string(max) + ".");
  }
  return *number;
}

/// Removes in steps between which others are served. What was begun is finished even if the client leaves:
/// half of a removal is of use to nobody.
net::Task<Result<store::Cut>> in_steps(std::function<Result<store::Cut>()> step) {
  auto done = step();
  if (!done || done->done) co_return done;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  while (done && !done->done) {
    co_await asio::post(asio::use_awaitable);
    auto next = step();
    // Somebody else removed the rest meanwhile.
    if (!next && next.error().code == Errc::not_found) break;
    done = std::move(next);
  }
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  co_return done;
}

}  // namespace

struct Conversations::Action {
  Place::Kind kind;
  std::string_view method;
  net::Task<void> (Conversations::*run)(Call&, const Place&);
};

/// What happened to a conversation.
struct Conversations::Change {
  std::string_view id;
  std::uint64_t revision = 0;
  std::string_view what;       ///< "created", "changed", "removed", "messages".
  std::uint64_t from_seq = 0;  ///< The first message that changed; 0: none.
};

/// How a row of messages is written down.
struct Conversations::Form {
  net::Headers headers;
  std::string head;
  std::string (*render)(const store::Message&) = nullptr;
  std::string_view between;
  std::string_view tail;
};

void Conversations::add_to(Routes& routes) {
  const std::string tail = std::string(root) + "/*";
  routes.add("GET", root, Need::session, [this](Call& call) { return list(call); });
  routes.add("POST", root, Need::session, [this](Call& call) { return create(call); });
  for (const std::string_view method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    routes.add(method, tail, Need::session, [this](Call& call) { return below(call); });
}

Conversations::Place Conversations::place_of(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  Place place{Place::Kind::conversation, std::string(rest.substr(0, slash)), 0};
  if (slash == std::string_view::npos) return place;
  constexpr std::string_view one = "messages/";
  const std::string_view what = rest.substr(slash + 1);
  place.kind = what == "messages" ? Place::Kind::messages
               : what == "export" ? Place::Kind::file
                                  : Place::Kind::nothing;
  if (!what.starts_with(one)) return place;
  const auto seq = parse_u64(what.substr(one.size()));
  if (seq) place = {Place::Kind::message, std::move(place.id), *seq};
  return place;
}

const Conversations::Action* Conversations::action_for(Place::Kind kind, std::string_view method) {
  using Kind = Place::Kind;
  static constexpr std::array<Action, 8> actions{{{Kind::conversation, "GET", &Conversations::show},
                                                  {Kind::conversation, "PATCH", &Conversations::change},
                                                  {Kind::conversation, "DELETE", &Conversations::remove},
                                                  {Kind::messages, "GET", &Conversations::messages},
                                                  {Kind::messages, "POST", &Conversations::append},
                                                  {Kind::message, "PUT", &Conversations::replace},
                                                  {Kind::message, "DELETE", &Conversations::cut},
                                                  {Kind::file, "GET", &Conversations::save}}};
  for (const Action& action : actions) {
    if (action.kind == kind && action.method == method) return &action;
  }
  return nullptr;
}

net::Task<void> Conversations::below(Call& call) {
  const Place place = place_of(call.rest);
  const std::string& method = call.request.method;
  const Action* action = action_for(place.kind, method == "HEAD" ? "GET" : method);
  if (action != nullptr) co_return co_await (this->*action->run)(call, place);
  std::string allowed;
  for (const std::string_view other : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    if (action_for(place.kind, other) != nullptr) allowed.append(allowed.empty() ? "" : ", ").append(other);
  }
  Problem problem =
      allowed.empty()
          ? make_problem(404, "not_found", "There is no such path below a conversation.")
          : make_problem(405, "method_not_allowed", "This takes " + allowed + ", not " + method + ".");
  problem.allow = allowed;
  co_await call.refuse(std::move(problem));
}

void Conversations::tell(const Call& call, const Change& change) {
  Json event = {{"id", change.id}, {"revision", change.revision}, {"change", change.what}};
  if (change.from_seq > 0) event["from_seq"] = change.from_seq;
  services_.events.publish("conversation", dump(event), call.person);
}

net::Task<void> Conversations::list(Call& call) {
  const auto all = store_.list(call.person);
  if (!all) co_return co_await call.refuse(all.error());
  GrowingAnswer answer(call, typed("application/json"));
  answer.add(R"({"schema":1,"conversations":[)");
  bool first = true;
  for (const store::Conversation& conversation : *all) {
    answer.add(std::exchange(first, false) ? "" : ",");
    answer.add(json_of(conversation));
    if (answer.is_large() && !co_await answer.send_piece()) co_return;
  }
  answer.add("]}");
  co_await answer.end();
}

net::Task<void> Conversations::create(Call& call) {
  const auto wish = read_conversation(call.request.body);
  if (!wish) co_return co_await call.refuse(wish.error());
  const auto made = store_.create(call.person, *wish);
  if (!made) co_return co_await call.refuse(problem_for(made.error()));
  tell(call, {made->id, made->revision, "created"});
  co_await send(call, 201, with_schema("conversation", json_of(*made)));
}

net::Task<void> Conversations::show(Call& call, const Place& place) {
  const auto conversation = store_.find(call.person, place.id);
  if (!conversation) co_return co_await call.refuse(problem_for(conversation.error()));
  co_await send(call, 200, with_schema("conversation", json_of(*conversation)));
}

net::Task<void> Conversations::change(Call& call, const Place& place) {
  const auto change = read_conversation_change(call.request.body);
  if (!change) co_return co_await call.refuse(change.error());
  const auto changed = store_.change(call.person, place.id, *change);
  if (!changed) co_return co_await call.refuse(problem_for(changed.error()));
  tell(call, {changed->id, changed->revision, "changed"});
  co_await send(call, 200, with_schema("conversation", json_of(*changed)));
}

net::Task<void> Conversations::remove(Call& call, const Place& place) {
  const auto removed = co_await in_steps([&] { return store_.remove(call.person, place.id); });
  if (!removed) co_return co_await call.refuse(problem_for(removed.error()));
  tell(call, {place.id, removed->revision, "removed"});
  co_await send(call, 200, with_schema("removed", "true"));
}

net::Task<void> Conversations::append(Call& call, const Place& place) {
  const auto wish = read_message(call.request.body);
  if (!wish) co_return co_await call.refuse(wish.error());
  const auto written = store_.append(call.person, place.id, *wish);
  if (!written) co_return co_await call.refuse(problem_for(written.error()));
  tell(call, {place.id, written->revision, "messages", written->seq});
  const store::Message message{*wish, written->seq, written->at_unix_ms};
  co_await send(call, 201, with_schema("message", json_of(message)));
}

net::Task<void> Conversations::replace(Call& call, const Place& place) {
  const auto wish = read_message(call.request.body);
  if (!wish) co_return co_await call.refuse(wish.error());
  if (const auto known = store_.find(call.person, place.id); !known)
    co_return co_await call.refuse(problem_for(known.error()));
  const auto written = store_.replace(call.person, place.id, place.seq, *wish);
  if (!written) co_return co_await call.refuse(problem_for(written.error(), codes_of_message));
  tell(call, {place.id, written->revision, "messages", written->seq});
  const store::Message message{*wish, written->seq, written->at_unix_ms};
  co_await send(call, 200, with_schema("message", json_of(message)));
}

net::Task<void> Conversations::cut(Call& call, const Place& place) {
  if (const auto known = store_.find(call.person, place.id); !known)
    co_return co_await call.refuse(problem_for(known.error()));
  const auto step = co_await in_steps([&] { return store_.cut(call.person, place.id, place.seq); });
  if (!step) co_return co_await call.refuse(problem_for(step.error(), codes_of_message));
  tell(call, {place.id, step->revision, "messages", place.seq});
  co_await send(call, 200, with_schema("removed", "true"));
}

net::Task<void> Conversations::messages(Call& call, const Place& place) {
  const auto from = number_in_query(call, "from", 1, store::messages_max + 1);
  if (!from) co_return co_await call.refuse(from.error());
  const auto limit = number_in_query(call, "limit", 100, page_max);
  if (!limit) co_return co_await call.refuse(limit.error());
  Form form{typed("application/json"), R"({"schema":1,"messages":[)", json_of, ",", "]}"};
  co_await send_messages(call, place.id, *from, *from + *limit - 1, std::move(form));
}

net::Task<void> Conversations::save(Call& call, const Place& place) {
  const std::string format = call.request.query("format").value_or("md");
  if (format != "md" && format != "json")
    co_return co_await call.refuse(Error{Errc::invalid_argument, "\"format\" must be md or json.", {}});
  const auto conversation = store_.find(call.person, place.id);
  if (!conversation) co_return co_await call.refuse(problem_for(conversation.error()));
  Form form;
  if (format == "md") {
    form = {typed("text/markdown; charset=utf-8"), markdown_of(*conversation), markdown_of, "", ""};
  } else {
    std::string head = R"({"schema":1,"conversation":)" + json_of(*conversation) + R"(,"messages":[)";
    form = {typed("application/json"), std::move(head), json_of, ",", "]}\n"};
  }
  form.headers.set("Content-Disposition", save_as(conversation->title, format));
  co_await send_messages(call, place.id, 1, conversation->messages, std::move(form));
}

net::Task<void> Conversations::send_messages(Call& call, std::string id, std::uint64_t from,
                                             std::uint64_t last, Form form) {
  GrowingAnswer answer(call, std::move(form.headers));
  answer.add(form.head);
  bool first = true;
  for (;;) {
    const std::size_t most = last < from ? 0 : last - from + 1;
    const auto piece = store_.messages(call.person, id, {from, std::min(most, page_max), read_bytes});
    if (!piece) co_return co_await call.refuse(problem_for(piece.error()));
    if (piece->empty()) break;
    for (const store::Message& message : *piece) {
      answer.add(std::exchange(first, false) ? "" : form.between);
      answer.add(form.render(message));
      if (answer.is_large() && !co_await answer.send_piece()) co_return;
    }
    from = piece->back().seq + 1;
  }
  answer.add(form.tail);
  co_await answer.end();
}

}  // namespace localscale::gateway
