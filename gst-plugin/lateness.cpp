// See lateness.h.
#include "lateness.h"

namespace kpt::gst {

bool Lateness::Add(GstClockTimeDiff late) {
  against_ = (late > 0) == late_ ? 0 : against_ + 1;
  if (against_ < (late_ ? kOnTimeInARow : kLateInARow)) return false;
  late_ = !late_;
  against_ = 0;
  return true;
}

}  // namespace kpt::gst
