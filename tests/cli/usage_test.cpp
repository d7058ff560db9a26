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
  ExpectError({"track"}, kUsage, {"INPUT is required, for example `kpt track clip.mp4 --support", "kpt track --help"});
  ExpectError({"annotate"}, kUsage, {"INPUT is required, for example `kpt annotate clip.mp4 --output support.yaml`"});
  ExpectError({"track", "clip.mp4"}, kUsage, {"--support"});
  ExpectError({"track", "clip.mp4", "--suport", "a.yaml"}, kUsage, {"'--suport'"});
  ExpectError({"track", "a.mp4", "b.mp4", "--support", "a.yaml"}, kUsage, {"'b.mp4'"});
}

TEST(Usage, AValueThatCannotBeIsNamedWithItsRange) {
  ExpectError({"eval", ".", "--shots", "0"}, kUsage, {"--shots", "0", "1 to 100"});
  ExpectError({"eval", ".", "--seed", "-1"}, kUsage, {"--seed", "-1"});
  const struct {
    const char *option, *value, *range;
  } track[] = {{"--every", "fast", "1 to 2147483647"},
               {"--every", "0", "1 to 2147483647"},
               {"--shots", "99999999999999", "0 to 2147483647"},
               {"--shots", "-1", "0 to 2147483647"},
               {"--instances", "33", "1 to 32"},
               {"--adopt", "9", "0 to 8"},
               {"--adopt", "1.5", "0 to 8"},
               {"--angle", "left", "-360 and 360 degrees"},
               {"--angle", "nan", "-360 and 360 degrees"}};
  for (const auto &[option, value, range] : track) {
    ExpectError({"track", "a.mp4", "--support", "a.yaml", "--box", "1,2,9,9", option, value}, kUsage,
                {option, value, range});
  }
}

}  // namespace
}  // namespace kpt::cli_testing
