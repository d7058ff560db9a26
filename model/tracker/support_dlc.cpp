// Reads DeepLabCut's CollectedData_*.csv as support shots: header rows scorer, (individuals,) bodyparts, coords, then
// one row a labelled frame, its path in one column or in three. The skeleton comes from a config.yaml beside it or at
// the project's root. Called by support.cpp.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "kpt/base/error.h"
#include "support_readers.h"

namespace kpt {
namespace {

namespace fs = std::filesystem;
using Row = std::vector<std::string>;

struct Line {
  int number = 0;  ///< in the file, from 1
  Row cells;
};

/// Comma-separated cells; a cell may be quoted, without line breaks in it.
Row SplitCells(const std::string &line) {
  Row cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

std::vector<Line> SplitLines(const std::string &text) {
  std::vector<Line> lines;
  std::size_t begin = 0;
  for (int number = 1; begin < text.size(); ++number) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(", \t") != std::string::npos) lines.push_back({number, SplitCells(line)});
    begin = end + 1;
  }
  return lines;
}

/// The columns that hold one keypoint of one animal.
struct PointColumns {
  std::string individual;  ///< empty where the file has none
  std::size_t keypoint = 0;
  std::size_t x = 0;  ///< y is the next column
};

class DlcFile {
 public:
  DlcFile(const SupportRequest &request, const std::string &text) : request_(request), lines_(SplitLines(text)) {
    ReadHeader();
    for (std::size_t i = first_row_; i < lines_.size(); ++i) ReadRow(lines_[i]);
    ReadProject();
  }
  SupportDraft TakeDraft() { return std::move(draft_); }

 private:
  std::string At(const Line &line) const { return request_.file + ":" + std::to_string(line.number); }

  const Line &HeaderRow(std::size_t index, const char *name) const {
    if (index >= lines_.size() || lines_[index].cells[0] != name) {
      FailSupport(index < lines_.size() ? At(lines_[index]) : request_.file,
                  std::string("expected the row '") + name + "'.");
    }
    if (lines_[index].cells.size() != lines_[0].cells.size()) {
      FailSupport(At(lines_[index]), std::string(name) + ": has another number of cells than the first row.");
    }
    return lines_[index];
  }

  void ReadHeader() {
    const Line &scorer = HeaderRow(0, "scorer");
    std::size_t row = 1;
    const Line *individuals = nullptr;
    if (lines_.size() > 1 && lines_[1].cells[0] == "individuals") individuals = &HeaderRow(row++, "individuals");
    const Line &bodyparts = HeaderRow(row++, "bodyparts");
    const Line &coords = HeaderRow(row++, "coords");
    first_row_ = row;
    while (path_columns_ < scorer.cells.size() && scorer.cells[path_columns_].empty()) ++path_columns_;

    for (std::size_t column = path_columns_; column + 1 < coords.cells.size(); column += 2) {
      if (coords.cells[column] != "x" || coords.cells[column + 1] != "y") {
        FailSupport(At(coords), "coords: columns are not x, y in turns (a file of labels has no likelihood).");
      }
      AddColumns(individuals ? individuals->cells[column] : std::string(), bodyparts.cells[column], column);
    }
    if ((coords.cells.size() - path_columns_) % 2 != 0) FailSupport(At(coords), "coords: has an x without a y.");
    CheckKeypointNames(draft_.keypoint_names, At(bodyparts) + ": bodyparts");
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (columns_[i].individual == columns_[j].individual && columns_[i].keypoint == columns_[j].keypoint) {
          FailSupport(At(bodyparts), "bodyparts: names '" + draft_.keypoint_names[columns_[i].keypoint] + "' twice.");
        }
      }
    }
  }

  void AddColumns(const std::string &individual, const std::string &bodypart, std::size_t column) {
    if (individual == "single") {  // DeepLabCut's name for points that belong to no animal
      if (!warned_single_)
        draft_.warnings.push_back(request_.file + ": points of 'single' belong to no animal and are not used.");
      warned_single_ = true;
      return;
    }
    std::size_t index = IndexOf(draft_.keypoint_names, bodypart);
    if (index == draft_.keypoint_names.size()) draft_.keypoint_names.push_back(bodypart);
    columns_.push_back({individual, index, column});
  }

  /// A coordinate, or NaN for an empty cell.
  double Cell(const Line &line, std::size_t column, std::size_t keypoint, const char *axis) const {
    const std::string &cell = line.cells[column];
    if (cell.find_first_not_of(' ') == std::string::npos) return std::nan("");
    char *end = nullptr;
    const double value = std::strtod(cell.c_str(), &end);
    const bool read = end != cell.c_str() && *end == '\0';
    if (!read || std::abs(value) > kLargestCoordinate) {
      FailSupport(At(line), draft_.keypoint_names[keypoint] + "." + axis + ": '" + cell.substr(0, 40) +
                                "' is no coordinate; " + kCoordinateRange);
    }
    return value;
  }

  void ReadRow(const Line &line) {
    if (line.cells.size() != lines_[0].cells.size()) {
      FailSupport(At(line), "has " + std::to_string(line.cells.size()) + " cells, the header has " +
                                std::to_string(lines_[0].cells.size()) + ".");
    }
    fs::path picture;
    for (std::size_t i = 0; i < path_columns_; ++i) picture /= line.cells[i];
    std::map<std::string, ShotDraft> shots;
    for (const PointColumns &point : columns_) {
      ShotDraft &shot = shots[point.individual];
      if (shot.points.empty()) {
        shot.where = At(line) + (point.individual.empty() ? "" : ": " + point.individual);
        shot.picture = Locate(picture);
        shot.points.resize(draft_.keypoint_names.size());
        shot.visible.assign(draft_.keypoint_names.size(), false);
      }
      const double x = Cell(line, point.x, point.keypoint, "x"), y = Cell(line, point.x + 1, point.keypoint, "y");
      if (std::isnan(x) != std::isnan(y)) {
        FailSupport(At(line), draft_.keypoint_names[point.keypoint] + ": has only one of x and y.");
      }
      if (std::isnan(x)) continue;
      shot.points[point.keypoint] = {static_cast<float>(x), static_cast<float>(y)};
      shot.visible[point.keypoint] = true;
    }
    for (auto &[individual, shot] : shots) {
      if (std::count(shot.visible.begin(), shot.visible.end(), true) > 0) draft_.shots.push_back(std::move(shot));
    }
  }

  /// Paths start at the project's root, two folders above the file; copies often have the pictures beside it.
  std::string Locate(const fs::path &picture) const {
    const fs::path folder = fs::path(request_.file).parent_path();
    std::error_code ignored;
    for (const fs::path &candidate : {folder / picture, folder / ".." / ".." / picture, folder / picture.filename()}) {
      if (fs::is_regular_file(candidate, ignored)) return candidate.string();
    }
    return (folder / picture).string();
  }

  void ReadProject() {
    draft_.category = request_.category.empty() ? "object" : request_.category;
    const fs::path folder = fs::path(request_.file).parent_path();
    std::error_code ignored;
    for (const fs::path &path : {folder / "config.yaml", folder / ".." / ".." / "config.yaml"}) {
      if (!fs::is_regular_file(path, ignored)) continue;
      try {
        ReadConfig(YAML::LoadFile(path.string()), path.string());
      } catch (const YAML::Exception &error) {
        const std::string line = error.mark.is_null() ? "" : ":" + std::to_string(error.mark.line + 1);
        FailSupport(path.string() + line, "is not valid YAML: " + error.msg + ".");
      }
      return;
    }
  }

  void ReadConfig(const YAML::Node &config, const std::string &path) {
    if (!config.IsMap()) FailSupport(path, "is not a DeepLabCut configuration.");
    if (request_.category.empty() && config["Task"] && config["Task"].IsScalar() && !config["Task"].Scalar().empty()) {
      draft_.category = config["Task"].Scalar();
    }
    const YAML::Node skeleton = config["skeleton"];
    if (!skeleton || !skeleton.IsSequence()) return;
    for (const YAML::Node &chain : skeleton) {
      if (!chain.IsSequence())
        FailSupport(path + ":" + std::to_string(chain.Mark().line + 1), "skeleton: is not a list of lists.");
      for (std::size_t i = 0; i + 1 < chain.size(); ++i)
        AddLink(chain[i].as<std::string>(), chain[i + 1].as<std::string>(), path);
    }
  }

  void AddLink(const std::string &from, const std::string &to, const std::string &path) {
    const std::size_t a = IndexOf(draft_.keypoint_names, from), b = IndexOf(draft_.keypoint_names, to);
    if (a == b || a == draft_.keypoint_names.size() || b == draft_.keypoint_names.size()) {
      // New projects carry a made-up skeleton, so this is no error.
      draft_.warnings.push_back(path + ": skeleton: no link between '" + from + "' and '" + to +
                                "' is possible; left out.");
      return;
    }
    draft_.skeleton.push_back({static_cast<int>(a), static_cast<int>(b)});
  }

  const SupportRequest &request_;
  std::vector<Line> lines_;
  std::size_t path_columns_ = 1;
  std::size_t first_row_ = 0;
  std::vector<PointColumns> columns_;
  bool warned_single_ = false;
  SupportDraft draft_;
};

}  // namespace

SupportDraft ReadSupportDlc(const SupportRequest &request, const std::string &text) {
  return DlcFile(request, text).TakeDraft();
}

}  // namespace kpt
