// The One-Euro filter of one number (Casiez, Roussel, Vogel: CHI 2012): a low-pass whose cutoff rises with speed. Knows
// nothing of points or video; point_smoother.h applies it.
#pragma once

namespace kpt {

struct OneEuroSettings {
  double min_cutoff_hz = 1;
  double beta = 0;  ///< cutoff gained, in hertz, for a speed of one unit a second
  double derivative_cutoff_hz = 1;
};

/// Weight of the newest value in a first-order low-pass.
double LowPassWeight(double cutoff_hz, double dt_s);

class OneEuroFilter {
 public:
  /// The next value, `dt_s` > 0 seconds after the last one. `unit` is the length that counts as one for `beta`.
  double Filter(double value, double dt_s, double unit, const OneEuroSettings &settings);

  /// What is filtered moved by `change` in a way that is known: the next value follows it without delay.
  void Move(double change) {
    value_ += change;
    raw_ += change;
  }

  void Reset() { started_ = false; }

 private:
  bool started_ = false;
  double value_ = 0;
  double raw_ = 0;
  double derivative_ = 0;  ///< units a second
};

}  // namespace kpt
