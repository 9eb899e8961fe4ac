// Random sequences of changes, of two persons and with restarts in between, against conversations in memory.
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "store/conversation_store.hpp"
#include "store/memory_conversation_store.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

constexpr MessageRange everything{1, 1000, 1U << 30};

/// One step; `which` and `seq` are taken modulo what there is, and beyond it.
struct Step {
  enum class What { create, change, append, replace, cut, remove, restart };
  What what = What::create;
  bool second_person = false;
  std::size_t which = 0;
  std::uint64_t seq = 0;
  std::size_t length = 0;
  MessageState state = MessageState::done;
};

void showValue(const Step& step, std::ostream& out) {
  out << static_cast<int>(step.what) << (step.second_person ? "b" : "a") << " which=" << step.which
      << " seq=" << step.seq << " length=" << step.length << " state=" << name(step.state) << "\n";
}

rc::Gen<Step> any_step() {
  using What = Step::What;
  return rc::gen::build<Step>(
      rc::gen::set(&Step::what, rc::gen::weightedElement<What>({{3, What::create},
                                                                {1, What::change},
                                                                {10, What::append},
                                                                {5, What::replace},
                                                                {2, What::cut},
                                                                {1, What::remove},
                                                                {1, What::restart}})),
      rc::gen::set(&Step::second_person), rc::gen::set(&Step::which, rc::gen::inRange<std::size_t>(0, 5)),
      rc::gen::set(&Step::seq, rc::gen::inRange<std::uint64_t>(0, 9)),
      rc::gen::set(&Step::length, rc::gen::element<std::size_t>(0, 1, 200, 5000)),
      rc::gen::set(&Step::state, rc::gen::element(MessageState::done, MessageState::writing,
                                                  MessageState::stopped, MessageState::failed)));
}

/// The same conversation on both sides, whose ids differ.
struct Twin {
  std::string real;
  std::string model;
};

class Pair {
 public:
  /// Cases share one database: each has persons of its own.
  Pair(Database& database, int number) : database_(database), number_(number) {
    store_ = open_conversation_store(database_).value();
  }

  void run(const Step& step) {
    const std::string person = name_of(step.second_person);
    const Twin twin = step.which < twins_.size() ? twins_[step.which] : Twin{"0000000000000000", "none"};
    switch (step.what) {
      case Step::What::create: {
        const ConversationWish wish{"title " + std::to_string(step.length), "tiny"};
        const auto made = store_->create(person, wish);
        twins_.push_back({made.value().id, model_.create(person, wish).value().id});
        break;
      }
      case Step::What::change: {
        const ConversationChange change{.title = "changed " + std::to_string(step.seq)};
        same(store_->change(person, twin.real, change), model_.change(person, twin.model, change));
        break;
      }
      case Step::What::append:
        same(store_->append(person, twin.real, wish_of(step)),
             model_.append(person, twin.model, wish_of(step)));
        break;
      case Step::What::replace:
        same(store_->replace(person, twin.real, step.seq, wish_of(step)),
             model_.replace(person, twin.model, step.seq, wish_of(step)));
        break;
      case Step::What::cut:
        same(store_->cut(person, twin.real, step.seq), model_.cut(person, twin.model, step.seq));
        break;
      case Step::What::remove:
        same(store_->remove(person, twin.real), model_.remove(person, twin.model));
        break;
      case Step::What::restart:
        store_ = open_conversation_store(database_).value();
        model_.stop_what_is_writing();
        break;
    }
  }

  void compare() {
    for (const bool second : {false, true}) {
      const std::string person = name_of(second);
      RC_ASSERT(store_->list(person)->size() == model_.list(person)->size());
      for (const Twin& twin : twins_) compare(person, twin);
    }
  }

 private:
  [[nodiscard]] std::string name_of(bool second) const {
    return (second ? "ben " : "ada ") + std::to_string(number_);
  }

  static MessageWish wish_of(const Step& step) {
    MessageWish wish;
    wish.role = step.seq % 2 == 0 ? Role::user : Role::assistant;
    wish.state = step.state;
    wish.content = std::string(step.length, static_cast<char>('a' + step.seq));
    if (step.seq % 3 == 0) wish.thinking = std::string(step.length / 2, 't');
    if (step.seq % 4 == 0) wish.tokens = step.length;
    return wish;
  }

  template <class Value>
  static void same(const Result<Value>& real, const Result<Value>& model) {
    RC_ASSERT(real.has_value() == model.has_value());
    if (!real) {
      RC_ASSERT(real.error().code == model.error().code);
    } else {
      RC_ASSERT(real->revision == model->revision);
    }
  }

  void compare(const std::string& person, const Twin& twin) {
    auto real = store_->find(person, twin.real);
    auto model = model_.find(person, twin.model);
    same(real, model);
    if (!real) return;
    real->id = model->id;
    real->created_unix_ms = model->created_unix_ms;
    real->updated_unix_ms = model->updated_unix_ms;
    RC_ASSERT(*real == *model);
    const auto messages = store_->messages(person, twin.real, everything).value();
    const auto expected = model_.messages(person, twin.model, everything).value();
    RC_ASSERT(messages.size() == real->messages);
    RC_ASSERT(messages.size() == expected.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      RC_ASSERT(messages[i].seq == i + 1);
      RC_ASSERT(static_cast<const MessageWish&>(messages[i]) == static_cast<const MessageWish&>(expected[i]));
    }
  }

  Database& database_;
  int number_;
  std::unique_ptr<ConversationStore> store_;
  MemoryConversationStore model_;
  std::vector<Twin> twins_;
};

TEST(ConversationProperty, AnySequenceOfChangesLeavesWhatTheModelHas) {
  const TestFolder folder;
  Database database = Database::open(folder.database()).value();
  database.sqlite().exec("PRAGMA synchronous = OFF");  // of crashes another test knows
  int number = 0;
  // RapidCheck prints the seed of this run, and with a failure the shortest sequence that shows it.
  const bool held = rc::check("conversations are as the model has them", [&] {
    const auto steps = *rc::gen::container<std::vector<Step>>(any_step());
    Pair pair(database, number++);
    for (const Step& step : steps) pair.run(step);
    pair.compare();
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace localscale::store
