// See point_arguments.h.
#include "point_arguments.h"

#include <cmath>
#include <optional>

#include "kpt/base/error.h"

namespace kpt::gst {
namespace {

std::optional<float> NumberOf(const GValue *value) {
  GValue number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  if (!g_value_transform(value, &number)) return std::nullopt;
  return static_cast<float>(g_value_get_double(&number));
}

std::optional<Point2> PairOf(const GValue *x, const GValue *y) {
  const auto x_number = NumberOf(x), y_number = NumberOf(y);
  if (!x_number || !y_number) return std::nullopt;
  return Point2{*x_number, *y_number};
}

std::optional<Point2> PairOf(const char *text) {
  if (text == nullptr) return std::nullopt;
  gchar *end = nullptr;
  const double x = g_ascii_strtod(text, &end);
  if (end == text || *end != ',') return std::nullopt;
  const gchar *second = end + 1;
  const double y = g_ascii_strtod(second, &end);
  if (end == second || *end != '\0') return std::nullopt;
  return Point2{static_cast<float>(x), static_cast<float>(y)};
}

std::optional<Point2> PointOf(const GValue *value) {
  if (GST_VALUE_HOLDS_ARRAY(value) && gst_value_array_get_size(value) == 2) {
    return PairOf(gst_value_array_get_value(value, 0), gst_value_array_get_value(value, 1));
  }
  if (GST_VALUE_HOLDS_LIST(value) && gst_value_list_get_size(value) == 2) {
    return PairOf(gst_value_list_get_value(value, 0), gst_value_list_get_value(value, 1));
  }
  return G_VALUE_HOLDS_STRING(value) ? PairOf(g_value_get_string(value)) : std::nullopt;
}

}  // namespace

NamedPoints ReadPoints(const GstStructure *structure) {
  NamedPoints points;
  const gint count = structure != nullptr ? gst_structure_n_fields(structure) : 0;
  for (gint i = 0; i < count; ++i) {
    const char *name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    const auto point = PointOf(gst_structure_get_value(structure, name));
    if (!point || !std::isfinite(point->x) || !std::isfinite(point->y)) {
      throw Error(ErrorCode::kInvalidArgument,
                  std::string("reinit: '") + name + "' is no point; give an array of two numbers, or text \"x,y\".");
    }
    points[name] = *point;
  }
  return points;
}

}  // namespace kpt::gst
