// See golden_command.h. The comparison itself is the network's: kpt/net/golden.h.
#include "golden_command.h"

#include <cstdio>
#include <memory>

#include "command.h"
#include "kpt/net/golden.h"

namespace {

kpt::tools::ExitCode PrintGolden(const std::string &folder) {
  int above = 0;
  for (const kpt::net::GoldenRow &row : kpt::net::RunGolden(folder)) {
    std::printf("%s %s %.3g\n", row.file.c_str(), row.block.c_str(), row.error);
    above += row.error <= kpt::net::kGoldenTolerance ? 0 : 1;  // NaN is above
  }
  if (above == 0) return kpt::tools::kDone;
  std::fprintf(stderr, "kpt golden: %d errors are above %g\n", above, kpt::net::kGoldenTolerance);
  return kpt::tools::kCheckFailed;
}

}  // namespace

void AddGoldenCommand(CLI::App &app, int *exit_code) {
  auto folder = std::make_shared<std::string>();
  CLI::App *command = app.add_subcommand("golden", "Compares the network with golden tensors of the released one");
  command->add_option("folder", *folder, "golden tensors (tests/golden)")->required();
  kpt::tools::SetCallback(command, exit_code, [folder] { return PrintGolden(*folder); });
}
