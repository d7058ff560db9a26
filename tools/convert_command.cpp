// See convert_command.h. The file is read as data: kpt/net/convert.h.
#include "convert_command.h"

#include <iostream>
#include <memory>

#include "command.h"
#include "kpt/net/convert.h"
#include "output_path.h"

void AddConvertCommand(CLI::App &app, int *exit_code) {
  struct Options {
    std::string in, out;
  };
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("convert", "Imports the released checkpoint or an ImageNet backbone (.pth)");
  command->add_option("in", options->in, "checkpoint (.pth)")->required();
  command->add_option("out", options->out, "weights to write (.safetensors)")->required();
  kpt::tools::SetCallback(command, exit_code, [options] {
    kpt::tools::CheckOutput("out", options->out, {options->in});
    std::cout << kpt::net::ConvertCheckpoint(options->in, options->out) << '\n';
    return kpt::tools::kDone;
  });
}
