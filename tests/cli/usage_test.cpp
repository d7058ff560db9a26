// What `kpt` says of itself, and what it says to mistakes in usage: one line, exit code 2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr int kUsage = 2;

TEST(Help, NamesEveryCommand) {
  const Outcome help = Kpt({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(help.err, "");
  for (const char *command : {"track", "annotate", "eval", "train", "convert", "golden", "bench", "doctor"}) {
    EXPECT_THAT(help.out, HasSubstr(std::string("  ") + command + " ")) << command;
    const Outcome of_command = Kpt({command, "--help"});
    EXPECT_EQ(of_command.exit_code, 0);
    EXPECT_THAT(of_command.out, HasSubstr(std::string("Usage: kpt ") + command));
    EXPECT_THAT(of_command.out, HasSubstr("Exit codes: 0 done"));
  }
}

TEST(Help, NamesEveryOptionOfTrack) {
  const std::string help = Kpt({"track", "--help"}).out;
  for (const char *option : {"--support", "--category", "--output", "--overlay", "--config", "--model", "--device",
                             "--instances", "--every", "--shots", "--adopt", "--box", "--angle"}) {
    EXPECT_THAT(help, HasSubstr(option));
  }
}

TEST(Version, IsOneLine) {
  const Outcome version = Kpt({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, MatchesRegex("kpt [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Usage, AMissingOrUnknownCommandIsNamed) {
  ExpectError({}, kUsage, {"subcommand", "kpt --help"});
  ExpectError({"trak"}, kUsage, {"'trak'", "kpt --help"});
}

TEST(Usage, AMissingOrUnknownArgumentIsNamed) {
  ExpectError({"track"}, kUsage, {"kpt track", "input", "kpt track --help"});
  ExpectError({"track", "clip.mp4"}, kUsage, {"--support"});
  ExpectError({"track", "clip.mp4", "--suport", "a.yaml"}, kUsage, {"'--suport'"});
  ExpectError({"track", "a.mp4", "b.mp4", "--support", "a.yaml"}, kUsage, {"'b.mp4'"});
}

TEST(Usage, AValueThatCannotBeIsNamedWithItsRange) {
  ExpectError({"eval", ".", "--shots", "0"}, kUsage, {"--shots", "0", "1 to 100"});
  ExpectError({"eval", ".", "--seed", "-1"}, kUsage, {"--seed", "-1"});
  ExpectError({"track", "a.mp4", "--support", "a.yaml", "--every", "fast"}, kUsage, {"--every", "fast"});
}

}  // namespace
}  // namespace kpt::cli_testing
