// What keeps several instances apart: an answer about another instance is not believed, two tracks of one object become
// one again, and a place that one follows is not found by another. Called by tracker.cpp. Plain arithmetic.
#pragma once

#include <vector>

#include "measurement.h"
#include "similarity.h"

namespace kpt {

/// What is known of one instance in this frame: where it is thought to be. Borrows the points.
struct CrowdMember {
  Similarity place;
  const std::vector<Point2> *points = nullptr;  ///< as predicted; null: it is not followed
};

/// Whether two places can only be one object's: nearer than two objects can lie.
bool SameObject(const Similarity &a, const Similarity &b);

/// Share of an answer's confidence that lies on the same points of the members: they are theirs.
double ShareOfOthers(const Measurements &answer, const std::vector<CrowdMember> &others);

/// Whether an answer about members[self] fits another member's points clearly better than its own.
bool AboutAnother(const Measurements &answer, const std::vector<CrowdMember> &members, std::size_t self);

}  // namespace kpt
