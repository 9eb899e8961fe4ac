#include "house/machine_names.hpp"

#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

namespace localscale::house {
namespace {

TEST(MachineNames, AreTheWordsOfTheLastWholeLine) {
  EXPECT_EQ(latest_names("box 10.0.0.1\n"), (MachineNames{"box", "10.0.0.1"}));
  EXPECT_EQ(latest_names("box 10.0.0.1\nbox 10.0.0.2 fd00::2\nbox 10."),
            (MachineNames{"box", "10.0.0.2", "fd00::2"}));
  EXPECT_TRUE(latest_names("box without end").empty());
  EXPECT_TRUE(latest_names("").empty());
}

TEST(MachineNames, LeaveOutWhatIsNoNameAndWhatIsTooMuch) {
  EXPECT_EQ(parse_names_line("good  b@d \x01 " + std::string(254, 'a') + " 10.0.0.1"),
            (MachineNames{"good", "10.0.0.1"}));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a ";
  EXPECT_EQ(parse_names_line(many).size(), max_machine_names);
}

TEST(MachineNames, AreReadFromAPipe) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  ASSERT_EQ(::write(writer.get(), "box 10.0.0.1\n", 13), 13);
  const auto names = read_first_names(reader);
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (MachineNames{"box", "10.0.0.1"}));
}

}  // namespace
}  // namespace localscale::house
