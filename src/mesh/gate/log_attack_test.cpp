// The gate's log against somebody who changes its files. What is not detected from the files alone is tested
// as such, and docs/protocols/gate-log.md says so.
#include <functional>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mesh/gate/frame.hpp"
#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

namespace fs = std::filesystem;

constexpr int record_count = 5;

class LogAttack : public testing::Test {
 protected:
  LogAttack() {
    auto writer = LogWriter::open(log.options());
    EXPECT_TRUE(writer->append({test_opened()}));
    EXPECT_TRUE(writer->append({test_closed(0)}));
    EXPECT_TRUE(writer->append({test_refused("One.")}));
    EXPECT_TRUE(writer->append({test_refused("Two.")}));
    EXPECT_TRUE(writer->append({test_refused("Three.")}));
    file = TestLog::bytes(log.file());
    for (std::size_t at = 0; at < file.size(); at += read_frame(ByteView(file).subspan(at))->size)
      begins.push_back(at);
    begins.push_back(file.size());
  }

  void sign_checkpoint() {
    auto writer = LogWriter::open(log.options());
    EXPECT_TRUE(writer && writer->checkpoint(test_now));
  }
  [[nodiscard]] Bytes frame(std::size_t number) const {
    return {file.begin() + static_cast<std::ptrdiff_t>(begins[number]),
            file.begin() + static_cast<std::ptrdiff_t>(begins[number + 1])};
  }
  static Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  [[nodiscard]] Errc refused() const {
    const auto writer = LogWriter::open(log.options());
    EXPECT_FALSE(writer);
    if (writer) return Errc::internal;
    EXPECT_FALSE(writer.error().what.empty());
    return writer.error().code;
  }

  TestLog log;
  Bytes file;
  std::vector<std::size_t> begins;
};

TEST_F(LogAttack, AnyChangedByteIsFoundAndNothingIsTouched) {
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes changed = file;
    changed[i] ^= std::byte{0x41};
    TestLog::write(log.file(), changed);
    ASSERT_EQ(refused(), Errc::corrupt) << "byte " << i;
    ASSERT_EQ(TestLog::bytes(log.file()), changed) << "byte " << i;
  }
}

TEST_F(LogAttack, TakenOutSwappedAndDoubledPartsAreFound) {
  const std::vector<std::vector<Bytes>> forgeries{
      {frame(0), frame(1), frame(3), frame(4), frame(5)},
      {frame(0), frame(1), frame(2), frame(4), frame(3), frame(5)},
      {frame(0), frame(1), frame(1), frame(2), frame(3), frame(4), frame(5)},
      {frame(0), frame(0), frame(1)},
      {frame(1), frame(2)},
      {frame(0), Bytes(600, std::byte{0}), frame(1)},
      {file, Bytes(frame_bytes_max + 1, std::byte{0})}};
  for (std::size_t i = 0; i < forgeries.size(); ++i) {
    TestLog::write(log.file(), joined(forgeries[i]));
    EXPECT_EQ(refused(), Errc::corrupt) << i;
  }
}

TEST_F(LogAttack, ALogCutAfterItsCheckpointIsFound) {
  sign_checkpoint();
  for (int kept = 1; kept <= record_count; ++kept) {
    TestLog::write(log.file(), ByteView(file).first(begins[static_cast<std::size_t>(kept)]));
    EXPECT_EQ(refused(), Errc::corrupt) << kept;
  }
  // In the middle of a frame, too: what the checkpoint counted was durable.
  TestLog::write(log.file(), ByteView(file).first(file.size() - 3));
  EXPECT_EQ(refused(), Errc::corrupt);
}

TEST_F(LogAttack, ALogCutBetweenFramesBeforeItsCheckpointIsNotFound) {
  TestLog::write(log.file(), ByteView(file).first(begins[3]));
  EXPECT_TRUE(LogWriter::open(log.options()));
}

TEST_F(LogAttack, AWholeOldCopyIsFoundOnlyByAWitness) {
  sign_checkpoint();
  const Bytes old_file = file;
  const Bytes old_checkpoint = TestLog::bytes(log.checkpoint());
  Checkpoint witnessed;
  {
    auto writer = LogWriter::open(log.options());
    EXPECT_TRUE(writer->append({test_refused("Four.")}));
    witnessed = *writer->checkpoint(test_now);
  }
  TestLog::write(log.file(), old_file);
  TestLog::write(log.checkpoint(), old_checkpoint);
  auto writer = LogWriter::open(log.options());
  ASSERT_TRUE(writer) << "the files alone agree with each other";
  EXPECT_LT(writer->checkpoint(test_now)->size, witnessed.size) << "a witness sees it shrink";
  EXPECT_TRUE(writer->append({test_refused("Another.")}));
  const Checkpoint forked = *writer->checkpoint(test_now);
  EXPECT_EQ(forked.size, witnessed.size);
  EXPECT_FALSE(crypto::verify_consistency(witnessed.size, forked.size, witnessed.root, forked.root, {}));
}

TEST_F(LogAttack, AnHonestLogProvesToAWitnessThatItOnlyGrew) {
  Checkpoint first;
  Checkpoint second;
  {
    auto writer = LogWriter::open(log.options());
    first = *writer->checkpoint(test_now);
    EXPECT_TRUE(writer->append({test_refused("Four."), test_refused("Five.")}));
    second = *writer->checkpoint(test_now);
  }
  std::vector<crypto::Digest> leaves;
  for (const Record& record : log.records()) leaves.push_back(crypto::merkle_leaf(encode(record)));
  EXPECT_TRUE(crypto::verify_consistency(first.size, second.size, first.root, second.root,
                                         crypto::consistency_proof(leaves, first.size)));
  EXPECT_TRUE(
      crypto::verify_inclusion(leaves[2], 2, second.size, crypto::inclusion_proof(leaves, 2), second.root));
}

TEST_F(LogAttack, AMissingForeignOrSpoiltCheckpointIsFound) {
  sign_checkpoint();
  const Bytes good = TestLog::bytes(log.checkpoint());
  fs::remove(log.checkpoint());
  EXPECT_EQ(refused(), Errc::corrupt);
  Bytes spoilt = good;
  spoilt[20] ^= std::byte{1};
  TestLog::write(log.checkpoint(), spoilt);
  EXPECT_EQ(refused(), Errc::corrupt);
  TestLog::write(log.checkpoint(), {});
  EXPECT_EQ(refused(), Errc::corrupt);
  TestLog other;
  {
    auto writer = LogWriter::open(other.options());
    EXPECT_TRUE(writer);
  }
  TestLog::write(log.checkpoint(), TestLog::bytes(other.checkpoint()));
  EXPECT_EQ(refused(), Errc::corrupt);
}

TEST_F(LogAttack, ALogTakenAwayIsNotBegunAnew) {
  sign_checkpoint();
  fs::remove(log.file());
  EXPECT_EQ(refused(), Errc::corrupt) << "its checkpoint is still there";
  fs::remove(log.checkpoint());
  LogOptions options = log.options();
  options.create = false;
  EXPECT_FALSE(LogWriter::open(options));
}

TEST_F(LogAttack, LinksPipesAndFilesThatOthersMayWriteAreNotTaken) {
  sign_checkpoint();
  const fs::path away = log.folder().parent_path() / "away";
  for (const fs::path& path : {log.file(), log.checkpoint()}) {
    fs::rename(path, away);
    fs::create_symlink(away, path);
    EXPECT_EQ(refused(), Errc::denied) << path;
    fs::remove(path);
    fs::create_hard_link(away, path);
    EXPECT_EQ(refused(), Errc::denied) << path;
    fs::remove(path);
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(refused(), Errc::denied) << path;
    fs::remove(path);
    fs::rename(away, path);
    fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
    EXPECT_EQ(refused(), Errc::denied) << path;
    fs::permissions(path, fs::perms::others_write, fs::perm_options::remove);
  }
  fs::permissions(log.folder(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(refused(), Errc::denied);
  fs::permissions(log.folder(), fs::perms::others_write, fs::perm_options::remove);
  fs::rename(log.folder(), away);
  fs::create_symlink(away, log.folder());
  EXPECT_EQ(refused(), Errc::denied);
}

TEST_F(LogAttack, AFileChangedWhileTheGateRunsStopsIt) {
  const auto changes = std::vector<std::function<void()>>{
      [&] { fs::remove(log.file()); }, [&] { fs::resize_file(log.file(), 10); },
      [&] { fs::resize_file(log.file(), file.size() + 100); },
      [&] {
        const Bytes same = TestLog::bytes(log.file());
        fs::remove(log.file());
        TestLog::write(log.file(), same);
      },
      [&] {
        fs::rename(log.file(), log.folder() / "away");
        fs::create_symlink("away", log.file());
      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    fs::remove(log.file());
    fs::remove(log.folder() / "away");
    TestLog::write(log.file(), file);
    fs::permissions(log.file(), fs::perms::owner_read | fs::perms::owner_write);
    fs::remove(log.checkpoint());
    TestLog fresh;
    auto writer = LogWriter::open(fresh.options());
    ASSERT_TRUE(writer);
    // Each on a log of its own.
    fs::copy_file(fresh.file(), log.file(), fs::copy_options::overwrite_existing);
    fs::copy_file(fresh.checkpoint(), log.checkpoint());
    writer = LogWriter::open(log.options());
    ASSERT_TRUE(writer) << writer.error().message();
    changes[i]();
    const auto appended = writer->append({test_opened()});
    ASSERT_FALSE(appended) << i;
    EXPECT_EQ(appended.error().code, Errc::conflict) << i;
  }
}

TEST_F(LogAttack, FilesInTheWrongOrderOrMissingAreFound) {
  TestLog many;
  LogOptions options = many.options();
  options.file_bytes_max = 1;
  {
    auto writer = LogWriter::open(options);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(writer->append({test_refused()}));
  }
  ASSERT_TRUE(fs::exists(many.file(4)));
  const auto read_all = [&] {
    const auto held = LogFolder::hold(many.folder(), false);
    return read_log(*held, [](const LogState&, const Record*) -> Result<void> { return {}; });
  };
  EXPECT_TRUE(read_all());
  const Bytes second = TestLog::bytes(many.file(2));
  TestLog::write(many.file(2), TestLog::bytes(many.file(3)));
  EXPECT_FALSE(read_all());
  fs::remove(many.file(2));
  EXPECT_FALSE(read_all());
  TestLog::write(many.file(2), ByteView(second).first(second.size() - 1));
  EXPECT_FALSE(read_all()) << "only the last file may end in the middle of a write";
  TestLog::write(many.file(2), second);
  EXPECT_TRUE(read_all());
  fs::rename(many.file(4), many.file(9));
  EXPECT_FALSE(LogWriter::open(options));
}

TEST_F(LogAttack, AHugeFileIsNotRead) {
  fs::resize_file(log.file(), 1ULL << 36U);
  EXPECT_EQ(refused(), Errc::corrupt);
}

}  // namespace
}  // namespace localscale::mesh::gate
