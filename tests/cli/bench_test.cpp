// `kpt bench`: what is timed, its plain forms, and what it says to files that it cannot read or write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;

constexpr int kUsage = 2, kModelError = 4, kPipelineError = 5;

TEST(Bench, TimesEveryGroupAndPlainFormsBeside) {
  const Folder folder;
  const std::string model = SharedFolder() / "net.safetensors";
  const Outcome outcome = Kpt({"bench", "--model", model, "--seconds", "0.05", "--json", folder / "bench.json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json table = json::parse(ReadFile(folder / "bench.json"));
  EXPECT_EQ(table.at("model"), "net");
  EXPECT_EQ(table.at("device"), "cpu");
  std::map<std::string, int> rows, with_plain;
  for (const json &row : table.at("rows")) {
    SCOPED_TRACE(row.dump());
    const std::string group = row.at("group");
    ++rows[group];
    EXPECT_GT(row.at("ms"), 0.0);
    EXPECT_THAT(outcome.out, HasSubstr(row.at("what").get<std::string>()));
    if (!row.contains("plain")) continue;
    ++with_plain[group];
    EXPECT_GT(row.at("plain_ms"), 0.0);
    EXPECT_THAT(outcome.out, HasSubstr(row.at("plain").get<std::string>()));
  }
  EXPECT_EQ(rows, (std::map<std::string, int>{{"network", 4}, {"ops", 3}, {"pipeline", 2}}));
  EXPECT_EQ(with_plain, (std::map<std::string, int>{{"network", 1}, {"ops", 3}, {"pipeline", 2}}));
}

TEST(Bench, SaysAtOnceWhatItCannotReadOrWrite) {
  const Folder folder;
  ExpectError({"bench", "--model", folder / "none.safetensors"}, kModelError, {"none.safetensors", "does not exist"});
  const std::string broken = folder.Write("broken.safetensors", "nothing of the kind");
  ExpectError({"bench", "--model", broken}, kModelError, {"broken.safetensors"});
  ExpectError({"bench", "--json", folder / "no/such/x.json"}, kPipelineError, {"--json", "there is no folder"});
  ExpectError({"bench", "--seconds", "0"}, kUsage, {"--seconds"});
}

}  // namespace
}  // namespace kpt::cli_testing
