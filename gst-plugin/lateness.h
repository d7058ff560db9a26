// Whether frames come too late at the sink, by its QoS events. What `adaptive` acts on. Not synchronised: the element
// holds a lock. Called by track_element.
#pragma once

#include <gst/gst.h>

namespace kpt::gst {

class Lateness {
 public:
  static constexpr int kLateInARow = 2;     ///< so many late frames, and it is late
  static constexpr int kOnTimeInARow = 30;  ///< so many that are not, and it is no longer

  /// A frame came to the sink `late` after its time; before it where negative. True where late() changed.
  bool Add(GstClockTimeDiff late);

  bool late() const noexcept { return late_; }

 private:
  bool late_ = false;
  int against_ = 0;  ///< frames in a row that speak against late_
};

}  // namespace kpt::gst
